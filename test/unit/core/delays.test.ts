import { expect, it, vi } from 'vitest';
import { createDelays } from '../../../src/lib/core/delays.ts';

it('does what is put off in time, at once without a delay, and nothing that was dropped', async () => {
  vi.useFakeTimers();
  try {
    const done: string[] = [];
    const delays = createDelays();
    delays.later(20, () => done.push('20 ms'));
    delays.later(10, () => done.push('10 ms'));
    delays.later(30, () => done.push('30 ms'));
    delays.later(0, () => done.push('at once'));
    expect(done).toEqual(['at once']);
    await vi.advanceTimersByTimeAsync(20);
    expect(done).toEqual(['at once', '10 ms', '20 ms']);
    delays.drop();
    await vi.advanceTimersByTimeAsync(100);
    expect(done).toHaveLength(3);
  } finally {
    vi.useRealTimers();
  }
});
