/** Tells linear from quadratic time by what two sizes cost the processor: other work on the machine does not count. */
import { expect } from 'vitest';

/** Quadratic work costs sixteen times as much for four times the size, linear work four times. */
const growth = 4;
const mostTimes = 8;
/** Milliseconds that a collection of garbage may take, whatever the size. */
const slack = 20;

/**
 * Runs something for a size and for a quarter of it.
 *
 * @throws when it took more than its share for the larger size, again and again
 */
export function expectLinearTime(run: (size: number) => void, size: number): void {
  let small = Infinity;
  let large = Infinity;
  // The least of a few runs is without garbage and with compiled code; the first will nearly always do.
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    small = Math.min(
      small,
      processorTimeOf(() => run(size / growth)),
    );
    large = Math.min(
      large,
      processorTimeOf(() => run(size)),
    );
    if (large < mostTimes * small + slack) return;
  }
  const times = `${small.toFixed(1)} ms for ${size / growth}, ${large.toFixed(1)} ms for ${size}`;
  expect.fail(`The time grows faster than the size: ${times}`);
}

/** Milliseconds of the processor that this process took. The counter of a thread alone moves in steps of some of them. */
function processorTimeOf(act: () => void): number {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
