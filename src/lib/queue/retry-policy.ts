import type { QueueName } from './queues.ts';

/** When a task that failed is tried again. */
export interface RetryPolicy {
  /** Retries after the first attempt: n retries are n + 1 attempts. */
  readonly maxRetries: number;
  /** Seconds before each retry; the last delay repeats. */
  readonly delays: readonly number[];
  /** Queue of the retries; null = the queue of the first attempt. */
  readonly queue: QueueName | null;
}

/** A callback to a service: the sixth refusal is the last. */
const serviceCallback: RetryPolicy = { maxRetries: 5, delays: [300], queue: 'service-callbacks-retry' };
/** Networks are asked without end: that a broadcast has expired is what ends it (broadcasts sheet §3). */
const broadcasting: RetryPolicy = { maxRetries: Infinity, delays: [1, 2, 4, 8, 16, 32, 64, 128, 240], queue: null };
const storing: RetryPolicy = { maxRetries: 5, delays: [300], queue: 'retry' };

/** The retry schedules of every task (delivery sheet §3.1). `NOTIFY_RETRY_SCHEDULES` overrides delays and counts. */
export const retryPolicies = {
  deliver_sms: { maxRetries: 48, delays: [0, 300], queue: 'retry' },
  deliver_email: { maxRetries: 48, delays: [300], queue: 'retry' },
  deliver_letter: { maxRetries: 55, delays: [180], queue: null },
  'get-pdf-for-templated-letter': { maxRetries: 15, delays: [300], queue: 'retry' },
  'zip-and-send-letter-pdfs': { maxRetries: 5, delays: [300], queue: null },
  'scan-file': { maxRetries: 15, delays: [300], queue: 'retry' },
  'sanitise-letter': { maxRetries: 15, delays: [300], queue: 'retry' },
  'save-sms': storing,
  'save-email': storing,
  'save-letter': storing,
  'save-api-sms': storing,
  'save-api-email': storing,
  'process-sms-client-response': storing,
  'process-ses-result': storing,
  'send-delivery-status': serviceCallback,
  'send-inbound-sms': serviceCallback,
  'send-complaint': serviceCallback,
  'send-returned-letter': serviceCallback,
  'send-broadcast-event': broadcasting,
  'send-broadcast-provider-message': broadcasting,
  'create-fake-letter-callback': { maxRetries: 3, delays: [60], queue: null },
} as const satisfies Record<string, RetryPolicy>;

/** Tasks without a schedule of their own, such as periodic ones: the next tick is their retry. */
const noRetries: RetryPolicy = { maxRetries: 0, delays: [0], queue: null };

/** The policy of a task with the configured override applied. */
export function retryPolicyOf(
  task: string,
  overrides: Readonly<Record<string, Pick<RetryPolicy, 'maxRetries' | 'delays'>>> = {},
): RetryPolicy {
  const policies: Readonly<Record<string, RetryPolicy>> = retryPolicies;
  const policy = Object.hasOwn(policies, task) ? policies[task]! : noRetries;
  return Object.hasOwn(overrides, task) ? { ...policy, ...overrides[task] } : policy;
}

/**
 * Seconds until the next attempt after `attempt` (the first is 1) failed, or null when retries are used up.
 */
export function nextDelay(policy: RetryPolicy, attempt: number): number | null {
  if (attempt > policy.maxRetries) return null;
  return policy.delays[Math.min(attempt, policy.delays.length) - 1] ?? null;
}
