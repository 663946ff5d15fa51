import type { NotificationType } from './notification.ts';

const hourMs = 3_600_000;

/** Younger ones are on their way, older ones are nobody's news any more (delivery sheet §11). */
export const replayAges = { olderThanMs: hourMs, maxAgeMs: 7 * 24 * hourMs };

/** Which notifications are to be replayed. */
export interface ReplayFilter {
  readonly types: readonly NotificationType[];
  /** Null = of every service. */
  readonly serviceId: string | null;
  /** Only these; empty = any. */
  readonly ids: readonly string[];
  /** When they were created, both ends included. */
  readonly since: Date;
  readonly until: Date;
}

/** The status that notifications are replayed from. */
export type ReplaySource = 'created' | 'technical-failure';

export interface ReplayOptions {
  /** How many are replayed at most; null = all. */
  readonly limit?: number | null;
  /** Only count. */
  readonly dryRun?: boolean;
  /** Called with how many were replayed so far. */
  readonly onProgress?: (replayed: number) => void;
  /** Aborted: no further batch is begun. */
  readonly signal?: AbortSignal;
}

export interface ReplayCount {
  /** Put back on their queue; with `dryRun`, those that would be. */
  readonly replayed: number;
  /** Left alone, as a job for them waits (also for a retry) or runs. */
  readonly live: number;
}

/** What a replay did, by type. */
export type ReplayResult = Readonly<Record<NotificationType, ReplayCount>>;
