import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createJobSlots, type JobSlots } from '../../../src/lib/queue/job-slots.ts';
import type { ClaimedJob } from '../../../src/lib/queue/job-repository.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function aJob(id: string): ClaimedJob {
  return {
    id,
    retryCount: 0,
    startedOn: '2026-03-10 12:00:00+00',
    data: { task: 'greet', args: {}, subject: id, attempt: 1, requestId: null },
  };
}

/** Slots on a queue that holds what the test puts into it; jobs run until the test ends them. */
function slotsOn(waiting: string[], slots = 4) {
  const limits: number[] = [];
  const ends = new Map<string, () => void>();
  const signals = new Map<string, AbortSignal>();
  const errors: unknown[] = [];
  let claim: (limit: number) => Promise<ClaimedJob[]> = async (limit) => waiting.splice(0, limit).map(aJob);
  const on: JobSlots = createJobSlots({
    slots,
    claim: (limit) => {
      limits.push(limit);
      return claim(limit);
    },
    run: ({ id }, signal) =>
      new Promise((resolve) => {
        ends.set(id, resolve);
        signals.set(id, signal);
      }),
    onError: (error) => errors.push(error),
  });
  return {
    on,
    limits,
    signals,
    errors,
    running: () => on.heldFor(0).map(({ id }) => id),
    end: (...ids: string[]) => ids.forEach((id) => ends.get(id)!()),
    claimWith: (other: typeof claim) => (claim = other),
  };
}

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

describe('claiming', () => {
  it('happens when it is woken, and not again while nothing comes', async () => {
    const { on, limits } = slotsOn([]);
    on.wake();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(limits).toEqual([4]);
  });

  it('goes on while the queue is full, as soon as half of the slots are free', async () => {
    const { on, limits, running, end } = slotsOn(['1', '2', '3', '4', '5', '6', '7']);
    on.wake();
    await settle();
    expect(running()).toEqual(['1', '2', '3', '4']);
    end('1', '2');
    await settle();
    expect(running()).toEqual(['3', '4', '5', '6']);
    expect(limits).toEqual([4, 2]);
  });

  it('takes a single free slot a moment later: one slow job holds up nobody', async () => {
    const { on, running, end } = slotsOn(['slow', '2', '3', '4', '5', '6']);
    on.wake();
    await settle();
    end('2');
    await settle();
    expect(running()).toEqual(['slow', '3', '4']);
    await vi.advanceTimersByTimeAsync(20);
    expect(running()).toEqual(['slow', '3', '4', '5']);
  });

  it('gathers what comes one by one', async () => {
    const waiting: string[] = [];
    const { on, limits } = slotsOn(waiting, 10);
    for (let n = 1; n <= 8; n += 1) {
      waiting.push(`${n}`);
      on.wake();
      await vi.advanceTimersByTimeAsync(5);
    }
    await vi.advanceTimersByTimeAsync(20);
    expect(waiting).toEqual([]);
    expect(limits.length).toBeLessThanOrEqual(3);
  });

  it('is not forgotten when the news comes while it is under way', async () => {
    const { on, limits, claimWith } = slotsOn([]);
    let answer: (jobs: ClaimedJob[]) => void = () => undefined;
    claimWith(() => new Promise((resolve) => (answer = resolve)));
    on.wake();
    on.wake();
    answer([]);
    await vi.advanceTimersByTimeAsync(20);
    expect(limits).toHaveLength(2);
  });

  it('that fails is told, and tried again at the next news', async () => {
    const { on, errors, running, claimWith } = slotsOn([]);
    claimWith(() => Promise.reject(new Error('no database')));
    on.wake();
    await vi.advanceTimersByTimeAsync(1000);
    expect(errors).toMatchObject([{ message: 'no database' }]);
    claimWith(async () => [aJob('1')]);
    on.wake();
    await settle();
    expect(running()).toEqual(['1']);
  });
});

describe('letting go', () => {
  it('of a lost job aborts its signal, frees its slot, and leaves the others alone', async () => {
    const { on, running, signals } = slotsOn(['1', '2', '3', '4', '5']);
    on.wake();
    await settle();
    on.abandon(({ id }) => id === '2', 'lost');
    await vi.advanceTimersByTimeAsync(20);
    expect(signals.get('2')).toMatchObject({ aborted: true, reason: { message: 'lost' } });
    expect(signals.get('1')!.aborted).toBe(false);
    expect(running()).toEqual(['1', '3', '4', '5']);
  });

  it('of everything waits for what runs, and for a claim that is under way', async () => {
    const { on, running, end, claimWith } = slotsOn([]);
    let answer: (jobs: ClaimedJob[]) => void = () => undefined;
    claimWith(() => new Promise((resolve) => (answer = resolve)));
    on.wake();
    let isStopped = false;
    const stopping = on.stop().then(() => (isStopped = true));
    on.wake();
    answer([aJob('1')]);
    await settle();
    expect(running()).toEqual(['1']);
    expect(isStopped).toBe(false);
    end('1');
    await settle();
    await stopping;
    expect(isStopped).toBe(true);
  });

  it('names the jobs that have run for long', async () => {
    const { on } = slotsOn(['1'], 4);
    on.wake();
    await settle();
    expect(on.heldFor(5000)).toEqual([]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(on.heldFor(5000)).toMatchObject([{ id: '1' }]);
  });
});
