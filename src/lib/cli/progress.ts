/** How far a long command is, on standard error. */
export interface Progress {
  update(done: number, total: number): void;
  /** Takes the bar away; lines stay. */
  stop(): void;
}

export interface ProgressOptions {
  /** What is being done, e.g. `Exporting rows`. */
  readonly label: string;
  readonly stream?: { isTTY?: boolean; write(text: string): unknown };
  /** Milliseconds since some fixed moment. */
  readonly now?: () => number;
}

const barWidth = 30;
const barPauseMs = 100;
const linePauseMs = 10_000;

/** A bar on a terminal; elsewhere a line every ten seconds, so that short work prints none. */
export function startProgress({
  label,
  stream = process.stderr,
  now = performance.now.bind(performance),
}: ProgressOptions): Progress {
  const isTerminal = stream.isTTY === true;
  const pauseMs = isTerminal ? barPauseMs : linePauseMs;
  let lastAt = isTerminal ? -Infinity : now();
  let isDrawn = false;
  return {
    update(done, total) {
      if (now() - lastAt < pauseMs) return;
      lastAt = now();
      if (isTerminal) stream.write(`\r\u001b[K${label} ${bar(done, total)} ${counts(done, total)}`);
      else stream.write(`${label}: ${counts(done, total)}\n`);
      isDrawn = isTerminal;
    },
    stop() {
      if (isDrawn) stream.write('\r\u001b[K');
      isDrawn = false;
    },
  };
}

function bar(done: number, total: number): string {
  const filled = total === 0 ? barWidth : Math.min(barWidth, Math.floor((done / total) * barWidth));
  return `[${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}]`;
}

function counts(done: number, total: number): string {
  const percent = total === 0 ? 100 : Math.min(100, Math.floor((done / total) * 100));
  return `${done.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')} (${percent} %)`;
}
