import type { App } from './app.ts';
import { checkInboundNumbers } from './inbound/check-inbound-numbers.ts';
import { checkFailureRates } from './notifications/check-failure-rates.ts';
import { measureSmsDelivery } from './notifications/measure-sms-delivery.ts';
import { replayStuckNotifications } from './notifications/replay-created.ts';
import { switchSlowSmsProvider } from './notifications/switch-slow-sms-provider.ts';
import { tendProvidersBackToMiddle } from './providers/move-shares.ts';
import type { ScheduledTask } from './queue/schedule.ts';
import { defineTask, type Task } from './queue/task.ts';

/** What watches over deliveries by the clock, in UTC (delivery sheet §10). Each run is idempotent. */
export const deliverySchedule: readonly ScheduledTask[] = [
  { task: 'switch-current-sms-provider-on-slow-delivery', queue: 'periodic', cron: '* * * * *' },
  { task: 'generate-sms-delivery-stats', queue: 'periodic', cron: '* * * * *' },
  { task: 'tend-providers-back-to-middle', queue: 'periodic', cron: '*/5 * * * *' },
  { task: 'replay-created-notifications', queue: 'periodic', cron: '0,15,30,45 * * * *' },
  {
    task: 'check-for-services-with-high-failure-rates-or-sending-to-tv-numbers',
    queue: 'periodic',
    cron: '30 10 * * 1-5',
  },
  { task: 'check-for-low-available-inbound-sms-numbers', queue: 'periodic', cron: '0 9 * * 1' },
];

/** The tasks of `deliverySchedule`. */
export function deliveryScheduleTasks(app: App): Task[] {
  const task = (name: string, run: () => Promise<unknown>): Task =>
    defineTask({ name, run: async () => void (await run()) });
  return [
    task('switch-current-sms-provider-on-slow-delivery', () => switchSlowSmsProvider(app)),
    task('generate-sms-delivery-stats', () => measureSmsDelivery(app)),
    task('tend-providers-back-to-middle', () => tendProvidersBackToMiddle(app)),
    task('replay-created-notifications', () => replayStuckNotifications(app)),
    task('check-for-services-with-high-failure-rates-or-sending-to-tv-numbers', () => checkFailureRates(app)),
    task('check-for-low-available-inbound-sms-numbers', () => checkInboundNumbers(app)),
  ];
}
