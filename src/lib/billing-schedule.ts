import type { App } from './app.ts';
import { billingYear } from './billing/allowance.ts';
import { fillAllowances } from './billing/fill-allowances.ts';
import { createNightlyBilling, updateBillingForToday } from './billing/run-billing-schedule.ts';
import type { ScheduledTask } from './queue/schedule.ts';
import { defineTask, type Task } from './queue/task.ts';
import { untilStopped } from './queue/until-stopped.ts';

/** What counts messages for billing and gives free allowances, in UTC (delivery sheet §10). Each run is idempotent. */
export const billingSchedule: readonly ScheduledTask[] = [
  { task: 'create-nightly-billing', queue: 'reporting', cron: '15 0 * * *' },
  { task: 'update-ft-billing-for-today', queue: 'reporting', cron: '0 * * * *' },
  { task: 'run-populate-annual-billing', queue: 'periodic', cron: '1 2 1 4 *' },
];

/** The tasks of `billingSchedule`. */
export function billingScheduleTasks(app: App): Task[] {
  return [
    defineTask({
      name: 'create-nightly-billing',
      run: (_args, { signal }) => untilStopped(signal, () => createNightlyBilling(app, { signal })),
    }),
    defineTask({ name: 'update-ft-billing-for-today', run: () => updateBillingForToday(app) }),
    defineTask({
      name: 'run-populate-annual-billing',
      run: (_args, { signal }) =>
        untilStopped(signal, () => fillAllowances(app, { year: billingYear(app.clock.now()), signal })),
    }),
  ];
}
