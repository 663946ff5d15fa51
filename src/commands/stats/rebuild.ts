import { Flags } from '@oclif/core';
import type { App } from '../../lib/app.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dryRunFlag, uuidFlag } from '../../lib/cli/flags.ts';
import { interruptible } from '../../lib/cli/interruptible.ts';
import { startProgress } from '../../lib/cli/progress.ts';
import { table } from '../../lib/cli/table.ts';
import { dayFlag } from '../../lib/cli/time-flags.ts';
import { counted } from '../../lib/core/counted.ts';
import { AppError } from '../../lib/core/errors.ts';
import { addDays, londonDate, type CalendarDate } from '../../lib/core/london-time.ts';
import type { NotificationType } from '../../lib/notifications/notification.ts';

interface StatusDay {
  readonly day: CalendarDate;
  readonly notification_type: NotificationType;
  readonly services: number;
  readonly notifications: number;
  /** What the facts held. */
  readonly notifications_before: number;
}

interface ProcessingDay {
  readonly day: CalendarDate;
  readonly messages_total: number;
  readonly messages_within_10_secs: number;
  readonly percentage: number;
}

interface Result {
  readonly dry_run: boolean;
  readonly service_id: string | null;
  /** What was counted, one of the two. */
  readonly statuses?: readonly StatusDay[];
  readonly processing_time?: readonly ProcessingDay[];
}

export default class StatsRebuild extends BaseCommand<Result> {
  static override summary = 'Count the notifications of past days by status again.';
  static override description = `Counts the notifications of days in London, those in history too and test keys left out, by template, job, kind of key and status, and puts the counts in place of what statistics of past days are read from. Each night the last days are counted by themselves; this is for older ones. It may run again at any time, and while others do.
Exit status: 0 done, 2 a day that is not over, 5 no such service, 69 the database does not answer.`;
  static override examples = [
    '<%= config.bin %> stats rebuild --day 2026-01-31',
    '<%= config.bin %> stats rebuild --day 2026-01-01 --until 2026-01-31 --type sms --dry-run',
    '<%= config.bin %> stats rebuild --day 2026-01-01 --until 2026-01-31 --processing-time',
  ];
  static override flags = {
    day: dayFlag({ char: 'd', summary: 'The day in London, or the first of them.', required: true }),
    until: dayFlag({ summary: 'The last day; it is included.' }),
    service: uuidFlag({ char: 's', summary: 'Only this service.' }),
    type: Flags.option({ options: ['email', 'sms', 'letter'] as const, char: 't', summary: 'Only this type.' })(),
    'processing-time': Flags.boolean({
      summary: 'Count how many messages were handed on within ten seconds instead.',
      exclusive: ['service', 'type'],
    }),
    'dry-run': dryRunFlag,
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(StatsRebuild);
    const { service: serviceId = null, type, 'processing-time': isSpeed, 'dry-run': dryRun } = flags;
    return interruptible(
      (signal) =>
        this.withApp(flags, async (app) => {
          const days = daysFrom(flags.day, flags.until ?? flags.day, londonDate(app.clock.now()));
          const progress = startProgress({ label: 'Counting days' });
          const onProgress = (done: number, total: number): void => progress.update(done, total);
          const work: Work = { days, dryRun, signal, onProgress };
          const counting = isSpeed ? countSpeed(app, work) : countStatuses(app, work, { serviceId, type });
          const result = { dry_run: dryRun, service_id: serviceId, ...(await counting.finally(() => progress.stop())) };
          return { status: dryRun ? ('planned' as const) : ('ok' as const), result };
        }),
      { notice: (line) => this.notice(line), afterwards: 'Days that were counted stay so; run the command again.' },
    );
  }

  protected render({ dry_run, statuses, processing_time }: Result): string {
    if (processing_time !== undefined) {
      return table(
        processing_time.map(({ day, messages_total, messages_within_10_secs, percentage }) => {
          return { day, messages: messages_total, 'within 10 s': messages_within_10_secs, '%': percentage.toFixed(1) };
        }),
      );
    }
    const filled = statuses!.filter(({ services }) => services > 0);
    const rows = filled.map(({ day, notification_type, services, notifications, notifications_before }) => {
      return { day, type: notification_type, services, notifications, before: notifications_before };
    });
    const sum = filled.reduce((total, { notifications }) => total + notifications, 0);
    const days = new Set(statuses!.map(({ day }) => day)).size;
    const done = `${dry_run ? 'Would count' : 'Counted'} ${counted(days, 'day')}: ${counted(sum, 'notification')}`;
    return [...(rows.length === 0 ? [] : [table(rows)]), done].join('\n');
  }
}

interface Work {
  readonly days: readonly CalendarDate[];
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

async function countStatuses(
  app: App,
  { days, ...work }: Work,
  { serviceId, type }: { serviceId: string | null; type: NotificationType | undefined },
): Promise<Pick<Result, 'statuses'>> {
  const { rebuildStatusFacts } = await import('../../lib/statistics/rebuild-status-facts.ts');
  const { factTypes } = await import('../../lib/statistics/status-fact.ts');
  const types = type === undefined ? factTypes : [type];
  const factDays = days.flatMap((day) => types.map((factType) => ({ day, type: factType })));
  const rebuilt = await rebuildStatusFacts(app, { ...work, days: factDays, serviceId });
  return {
    statuses: rebuilt.map(({ day, type: factType, services, notifications, before }) => {
      return { day, notification_type: factType, services, notifications, notifications_before: before };
    }),
  };
}

async function countSpeed(
  app: App,
  { days, dryRun, signal, onProgress }: Work,
): Promise<Pick<Result, 'processing_time'>> {
  const { measureProcessingTime } = await import('../../lib/statistics/measure-processing-time.ts');
  const { fastPercentage } = await import('../../lib/statistics/processing-time.ts');
  const measured: ProcessingDay[] = [];
  for (const day of days) {
    signal.throwIfAborted();
    const time = await measureProcessingTime(app, { day, dryRun });
    measured.push({
      day,
      messages_total: time.messagesTotal,
      messages_within_10_secs: time.messagesWithin10Secs,
      percentage: fastPercentage(time),
    });
    onProgress(measured.length, days.length);
  }
  return { processing_time: measured };
}

/** @throws AppError USAGE_INVALID naming the flag */
function daysFrom(first: CalendarDate, last: CalendarDate, today: CalendarDate): CalendarDate[] {
  if (last < first) {
    throw new AppError('USAGE_INVALID', `--until is '${last}': expected ${first} or a later day`);
  }
  for (const [flag, day] of [
    ['--day', first],
    ['--until', last],
  ] as const) {
    if (day >= today)
      throw new AppError('USAGE_INVALID', `${flag} is '${day}': expected a day before today (${today})`);
  }
  const days: CalendarDate[] = [];
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day);
  return days;
}
