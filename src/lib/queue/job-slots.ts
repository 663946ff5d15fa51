import type { ClaimedJob } from './job-claims.ts';

/** Works on the jobs of one queue, so many at a time. */
export interface JobSlots {
  /** There may be jobs: claims what there is room for. */
  wake(): void;
  /** Jobs that have been worked on for so many milliseconds, and whose claim is not known to be lost. */
  heldFor(ms: number): ClaimedJob[];
  /** Lets go of jobs: their signal is aborted, and their slots are free. */
  abandon(isLost: (job: ClaimedJob) => boolean, reason: string): void;
  /** Claims no more. Resolves when nothing runs any longer. */
  stop(): Promise<void>;
}

export interface SlotsOptions {
  readonly slots: number;
  readonly claim: (limit: number) => Promise<ClaimedJob[]>;
  /** Works on one job to its end, whatever that is. Never rejects. */
  readonly run: (job: ClaimedJob, signal: AbortSignal) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

interface Held {
  readonly job: ClaimedJob;
  readonly abandoned: AbortController;
  readonly since: number;
}

/**
 * Claims follow each other no faster than this while few come: jobs that arrive one by one would otherwise be claimed and
 * finished one by one. A queue in which nothing happened is asked at once.
 */
const gatherMs = 20;

/** A job takes a free slot whatever the other slots are doing; half of them are filled at once when many jobs wait. */
export function createJobSlots({ slots, claim, run, onError }: SlotsOptions): JobSlots {
  const held = new Set<Held>();
  let isWanted = false;
  let isBacklog = false;
  let isClaiming = false;
  let isStopped = false;
  let isScheduled = false;
  let claimedAt = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  let stopped: PromiseWithResolvers<void> | null = null;

  const next = (): void => {
    if (isClaiming) return;
    if (isStopped) {
      if (held.size === 0) stopped?.resolve();
      return;
    }
    const free = slots - held.size;
    if (!isWanted || free === 0) return;
    const wait = isBacklog && free * 2 >= slots ? 0 : claimedAt + gatherMs - performance.now();
    if (wait > 0) {
      timer ??= setTimeout(onGathered, wait);
      return;
    }
    clearTimeout(timer);
    timer = undefined;
    void claimSome(free);
  };

  const onGathered = (): void => {
    timer = undefined;
    next();
  };

  /** Jobs whose ends were committed together free their slots together. */
  const onEnd = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      next();
    });
  };

  const claimSome = async (free: number): Promise<void> => {
    isClaiming = true;
    isWanted = false;
    claimedAt = performance.now();
    try {
      const jobs = await claim(free);
      isBacklog = jobs.length === free;
      isWanted ||= isBacklog;
      for (const job of jobs) void work(job);
    } catch (error) {
      isBacklog = false;
      onError(error);
    } finally {
      isClaiming = false;
      next();
    }
  };

  const work = async (job: ClaimedJob): Promise<void> => {
    const entry: Held = { job, abandoned: new AbortController(), since: performance.now() };
    const { signal } = entry.abandoned;
    held.add(entry);
    const { promise: letGo, resolve } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => resolve(), { once: true });
    await Promise.race([run(job, signal), letGo]);
    held.delete(entry);
    onEnd();
  };

  return {
    wake() {
      isWanted = true;
      next();
    },
    heldFor(ms) {
      const latest = performance.now() - ms;
      return [...held].flatMap(({ job, since }) => (since <= latest ? [job] : []));
    },
    abandon(isLost, reason) {
      for (const { job, abandoned } of held) if (isLost(job)) abandoned.abort(new Error(reason));
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      timer = undefined;
      stopped ??= Promise.withResolvers<void>();
      next();
      await stopped.promise;
    },
  };
}
