import { describe, expect, test } from 'vitest';
import { nextDelay, retryPolicies, retryPolicyOf, type RetryPolicy } from '../../../src/lib/queue/retry-policy.ts';

/** When each attempt of a task that always fails begins, in seconds after the first, run time ignored. */
function timelineOf(policy: RetryPolicy): number[] {
  const timeline = [0];
  for (let delay = nextDelay(policy, 1); delay !== null; delay = nextDelay(policy, timeline.length))
    timeline.push(timeline.at(-1)! + delay);
  return timeline;
}

const minute = 60;

describe('the timeline of a failing task', () => {
  test('deliver_sms: 0, 0, 5, 10, … and the 49th and last attempt after 3 h 55 min', () => {
    const timeline = timelineOf(retryPolicyOf('deliver_sms'));
    expect(timeline.slice(0, 5)).toEqual([0, 0, 5 * minute, 10 * minute, 15 * minute]);
    expect(timeline).toHaveLength(49);
    expect(timeline.at(-1)).toBe((3 * 60 + 55) * minute);
  });

  test('deliver_email: 0, 5, 10, … and the 49th and last attempt after 4 h', () => {
    const timeline = timelineOf(retryPolicyOf('deliver_email'));
    expect(timeline.slice(0, 4)).toEqual([0, 5 * minute, 10 * minute, 15 * minute]);
    expect(timeline).toHaveLength(49);
    expect(timeline.at(-1)).toBe(4 * 60 * minute);
  });

  test.each<[keyof typeof retryPolicies, number, number, RetryPolicy['queue']]>([
    ['deliver_letter', 55, 180, null],
    ['get-pdf-for-templated-letter', 15, 300, 'retry'],
    ['scan-file', 15, 300, 'retry'],
    ['sanitise-letter', 15, 300, 'retry'],
    ['save-sms', 5, 300, 'retry'],
    ['save-email', 5, 300, 'retry'],
    ['save-letter', 5, 300, 'retry'],
    ['save-api-sms', 5, 300, 'retry'],
    ['save-api-email', 5, 300, 'retry'],
    ['process-sms-client-response', 5, 300, 'retry'],
    ['process-ses-result', 5, 300, 'retry'],
    ['send-delivery-status', 5, 300, 'service-callbacks-retry'],
    ['send-inbound-sms', 5, 300, 'service-callbacks-retry'],
    ['send-complaint', 5, 300, 'service-callbacks-retry'],
    ['send-returned-letter', 5, 300, 'service-callbacks-retry'],
    ['create-fake-letter-callback', 3, 60, null],
  ])('%s: %d retries, %d s apart', (task, retries, seconds, queue) => {
    const policy = retryPolicyOf(task);
    expect(timelineOf(policy)).toEqual(Array.from({ length: retries + 1 }, (_, index) => index * seconds));
    expect(policy.queue).toBe(queue);
  });

  test('retries of messages wait in the retry queue', () => {
    expect([retryPolicies.deliver_sms.queue, retryPolicies.deliver_email.queue]).toEqual(['retry', 'retry']);
  });

  test.each(['time-out-notifications', 'constructor', 'toString', '__proto__', ''])(
    'a task without a schedule is not tried again: %j',
    (task) => {
      expect(timelineOf(retryPolicyOf(task))).toEqual([0]);
      expect(retryPolicyOf(task, { other: { maxRetries: 1, delays: [1] } }).queue).toBeNull();
    },
  );
});

describe('an override', () => {
  test('changes delays and number, and leaves the queue', () => {
    const overrides = { deliver_sms: { maxRetries: 3, delays: [10, 60] } };
    const policy = retryPolicyOf('deliver_sms', overrides);
    expect(policy).toEqual({ maxRetries: 3, delays: [10, 60], queue: 'retry' });
    expect(timelineOf(policy)).toEqual([0, 10, 70, 130]);
    expect(retryPolicyOf('deliver_email', overrides)).toEqual(retryPolicies.deliver_email);
    expect(retryPolicies.deliver_sms.maxRetries).toBe(48);
  });

  test('can say the schedules of history', () => {
    const seeds = retryPolicyOf('deliver_sms', {
      deliver_sms: { maxRetries: 5, delays: [10, 60, 300, 3600, 14_400] },
    });
    // 5 h 6 min 10 s in all.
    expect(timelineOf(seeds).at(-1)).toBe(5 * 3600 + 6 * 60 + 10);
  });

  test('can switch retries off, give retries to a task without, and have more delays than retries', () => {
    expect(timelineOf(retryPolicyOf('deliver_sms', { deliver_sms: { maxRetries: 0, delays: [5] } }))).toEqual([0]);
    expect(timelineOf(retryPolicyOf('custom', { custom: { maxRetries: 2, delays: [1] } }))).toEqual([0, 1, 2]);
    expect(timelineOf({ maxRetries: 1, delays: [5, 6, 7], queue: null })).toEqual([0, 5]);
  });
});
