/** What the load generator is to do: JSON on its standard input. */
export interface LoadPlan {
  /** For example `http://127.0.0.1:6011`; only local servers are put under load. */
  readonly url: string;
  readonly connections: number;
  /** Comes first and is not counted. */
  readonly warmupSeconds: number;
  readonly seconds: number;
  /** No more than this many requests are sent, warm-up included. */
  readonly maxRequests: number;
  readonly serviceId: string;
  readonly secret: string;
  readonly method: 'GET' | 'POST';
  /** Asked for in turns. */
  readonly paths: readonly string[];
  /** `{{recipient}}` and `{{reference}}` become other values in every request; null = no body. */
  readonly body: string | null;
  readonly expectedStatus: number;
  /**
   * Requests offered in a second, whatever becomes of them; each counts from the moment when it was due. Without it every
   * connection asks again as soon as it is answered.
   */
  readonly offeredPerSecond?: number;
}

/** What it saw: JSON on its standard output. Times in milliseconds. */
export interface LoadResult {
  /** Answers counted: those after the warm-up. */
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** All answers, warm-up included, by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** The first answers with another status than the expected one. */
  readonly unexpected: readonly string[];
  readonly bytesPerAnswer: number;
  /** Processor time of the generator itself; near the seconds measured, it was the limit. */
  readonly cpuSeconds: number;
}

/**
 * The numbers that messages go to: of the range that Ofcom keeps for fiction, those that the sandbox treats as any other.
 */
export const benchRecipients = { prefix: '07700900', first: 300, last: 899 } as const;

/** The n-th recipient. */
export function benchRecipient(n: number): string {
  const { prefix, first, last } = benchRecipients;
  return `${prefix}${first + (n % (last - first + 1))}`;
}
