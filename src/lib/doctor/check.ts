/** What `notify doctor` found out about one thing. Names may only grow: monitoring looks for them. */
export interface Check {
  readonly name: string;
  readonly status: CheckStatus;
  /** What was found. */
  readonly message: string;
  /** The command or setting that mends it. */
  readonly hint: string | null;
}

export type CheckStatus = 'ok' | 'warning' | 'error';

export function ok(name: string, message: string, hint: string | null = null): Check {
  return { name, status: 'ok', message, hint };
}

/** Worth a look; the installation works. */
export function warning(name: string, message: string, hint: string | null): Check {
  return { name, status: 'warning', message, hint };
}

/** Something does not work, or soon will not. */
export function wrong(name: string, message: string, hint: string | null): Check {
  return { name, status: 'error', message, hint };
}

/** Seconds in words for people: `12 s`, `7 min`, `3 h`, `5 days`. */
export function describeSeconds(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}
