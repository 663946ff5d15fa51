import { describe, expect, it } from 'vitest';
import { startProgress } from '../../../src/lib/cli/progress.ts';

function progressOn(isTTY: boolean): { update: (second: number, done: number) => void; stop(): void; text(): string } {
  let text = '';
  let now = 0;
  const stream = { isTTY, write: (chunk: string) => (text += chunk) };
  const progress = startProgress({ label: 'Copying', stream, now: () => now });
  return {
    update(second, done) {
      now = second * 1000;
      progress.update(done, 2000);
    },
    stop: () => progress.stop(),
    text: () => text,
  };
}

describe('progress', () => {
  it('is a line every ten seconds where there is no terminal', () => {
    const progress = progressOn(false);
    for (let second = 0; second <= 25; second += 1) progress.update(second, second * 50);
    progress.stop();
    expect(progress.text()).toBe('Copying: 500 of 2,000 (25 %)\nCopying: 1,000 of 2,000 (50 %)\n');
  });

  it('is a bar on a terminal, which goes at the end', () => {
    const progress = progressOn(true);
    progress.update(0, 0);
    progress.update(0.05, 10);
    progress.update(1, 1000);
    progress.stop();
    progress.stop();
    const bar = (filled: number): string => `[${'#'.repeat(filled)}${'-'.repeat(30 - filled)}]`;
    expect(progress.text().split('\r\u001b[K')).toEqual([
      '',
      `Copying ${bar(0)} 0 of 2,000 (0 %)`,
      `Copying ${bar(15)} 1,000 of 2,000 (50 %)`,
      '',
    ]);
  });
});
