import { expect, test } from 'vitest';
import { sandboxOutcome } from '../../../src/lib/providers/sandbox-outcome.ts';

test.each<['sms' | 'email', string, ReturnType<typeof sandboxOutcome>]>([
  ['sms', '07700900003', 'temporary-failure'],
  ['sms', '+447700900003', 'temporary-failure'],
  ['sms', '447700900003', 'temporary-failure'],
  ['sms', ' 07700900003 ', 'temporary-failure'],
  ['sms', '07700900002', 'permanent-failure'],
  ['sms', '+447700900002', 'permanent-failure'],
  ['sms', '07700900001', 'delivered'],
  ['sms', '07900900003', 'delivered'],
  ['sms', '07700 900003', 'delivered'],
  ['sms', '', 'delivered'],
  ['sms', 'perm-fail@simulator.notify', 'delivered'],
  ['email', 'perm-fail@simulator.notify', 'permanent-failure'],
  ['email', 'temp-fail@simulator.notify', 'temporary-failure'],
  ['email', ' temp-fail@simulator.notify\n', 'temporary-failure'],
  ['email', 'delivered@simulator.notify', 'delivered'],
  ['email', 'Temp-Fail@simulator.notify', 'delivered'],
  ['email', 'x.temp-fail@simulator.notify', 'delivered'],
  ['email', 'someone@example.com', 'delivered'],
  ['email', '7700900003', 'delivered'],
])('%s to %j is %s', (type, to, outcome) => {
  expect(sandboxOutcome(type, to)).toBe(outcome);
});
