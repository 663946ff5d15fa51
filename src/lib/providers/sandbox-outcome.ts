import type { Verdict } from './provider.ts';

/**
 * What becomes of a message that is never really sent: decided by its recipient (delivery sheet §8.2). The sandbox
 * applies it to all keys, every provider to test keys.
 *
 * @param to the recipient as supplied, trimmed
 */
export function sandboxOutcome(type: 'sms' | 'email', to: string): Verdict {
  const recipient = to.trim();
  if (type === 'email') {
    if (recipient === 'perm-fail@simulator.notify') return 'permanent-failure';
    return recipient === 'temp-fail@simulator.notify' ? 'temporary-failure' : 'delivered';
  }
  if (recipient.endsWith('7700900003')) return 'temporary-failure';
  return recipient.endsWith('7700900002') ? 'permanent-failure' : 'delivered';
}
