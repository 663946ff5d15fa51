/** The time, as a dependency: use cases ask `deps.clock.now()` and never the global clock. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** The wire format of every timestamp: UTC, six fractional digits, `Z` (public API sheet §1). */
export function toApiDateTime(instant: Date): string {
  return instant.toISOString().replace('Z', '000Z');
}

/** `toApiDateTime` for a time that may be absent. */
export function toApiDateTimeOrNull(instant: Date | null): string | null {
  return instant === null ? null : toApiDateTime(instant);
}
