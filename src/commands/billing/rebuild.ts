import type { App } from '../../lib/app.ts';
import type { BillingTotals } from '../../lib/billing/billing-fact.ts';
import { costText } from '../../lib/billing/rate-view.ts';
import type { RebuildBillingInput, RebuiltBillingDay } from '../../lib/billing/rebuild-billing-facts.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dryRunFlag, uuidFlag, yesFlag } from '../../lib/cli/flags.ts';
import { interruptible } from '../../lib/cli/interruptible.ts';
import { startProgress } from '../../lib/cli/progress.ts';
import { table } from '../../lib/cli/table.ts';
import { dayFlag } from '../../lib/cli/time-flags.ts';
import { counted } from '../../lib/core/counted.ts';
import { AppError } from '../../lib/core/errors.ts';
import { addDays, londonDate, type CalendarDate } from '../../lib/core/london-time.ts';

interface Day {
  readonly day: CalendarDate;
  /** What the facts held. */
  readonly before: BillingTotals;
  /** What the messages come to. */
  readonly after: BillingTotals;
  /** Letters by the day of their despatch; not with --service. */
  readonly despatched_before?: number;
  readonly despatched_after?: number;
}

interface Result {
  readonly dry_run: boolean;
  readonly service_id: string | null;
  readonly days: readonly Day[];
  /** What was left as it was. */
  readonly failed: readonly { readonly day: CalendarDate; readonly problem: string }[];
}

export default class BillingRebuild extends BaseCommand<Result> {
  static override summary = 'Count the messages of days for billing again.';
  static override description = `Counts the messages of days in London that are paid for, those in history too and test keys left out, and puts the counts in place of what usage and costs are read from: a transaction for each day. Each night the last ten days are counted by themselves, each hour today; this is for older days, after a rate was added or messages were corrected. What is no longer in the database is no longer counted: look at --dry-run first. Days whose history is archived are refused. It can be interrupted, and may run again at any time.
A service with messages that no rate is known for keeps the counts of that day that it had.
Exit status: 0 done, 1 no rate for any of it, 2 a day that has not begun, 3 some services failed, 4 not confirmed, or the history of a day is archived, 5 no such service, 69 the database does not answer, 75 another rebuild is under way.`;
  static override examples = [
    '<%= config.bin %> billing rebuild --day 2026-01-31 --dry-run',
    '<%= config.bin %> billing rebuild --from 2026-01-01 --to 2026-01-31 --yes',
    '<%= config.bin %> billing rebuild --day 2026-01-31 --service 018f2f6e-7c1a-7000-8000-000000000000',
  ];
  static override flags = {
    day: dayFlag({ char: 'd', summary: 'The day in London.', exactlyOne: ['day', 'from'] }),
    from: dayFlag({ summary: 'The first day.', dependsOn: ['to'] }),
    to: dayFlag({ summary: 'The last day; it is included.', dependsOn: ['from'] }),
    service: uuidFlag({ char: 's', summary: 'Only this service.' }),
    'dry-run': dryRunFlag,
    yes: yesFlag,
  };

  private afterwards = 'No day was counted.';

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(BillingRebuild);
    return interruptible(
      (signal) =>
        this.withApp(flags, async (app) => {
          const days = daysOf(flags, londonDate(app.clock.now()));
          const { service: serviceId = null, 'dry-run': dryRun } = flags;
          const whose = serviceId === null ? 'all services' : `service ${serviceId}`;
          if (!dryRun) await this.confirm(`Count the billing of ${spanOf(days)} of ${whose} again?`, flags);
          const result = await this.rebuild(app, { days, serviceId, dryRun, signal });
          if (dryRun) return { status: 'planned' as const, result };
          if (result.failed.length === 0) return { result };
          return { status: 'partial' as const, result, exitCode: exitCodeOf(result) };
        }),
      { notice: (line) => this.notice(line), afterwards: () => this.afterwards },
    );
  }

  private async rebuild(app: App, input: RebuildBillingInput & { dryRun: boolean }): Promise<Result> {
    const { rebuildBillingFacts } = await import('../../lib/billing/rebuild-billing-facts.ts');
    const { problemsOf } = await import('../../lib/billing/run-billing-schedule.ts');
    const { days, serviceId, dryRun } = input;
    const progress = startProgress({ label: 'Counting days' });
    const onProgress = (done: number, total: number): void => {
      progress.update(done, total);
      const next = days[done];
      if (!dryRun) this.afterwards = next === undefined ? 'All days are counted.' : `Go on with --from ${next}.`;
    };
    const rebuilt = await rebuildBillingFacts(app, { ...input, onProgress }).finally(() => progress.stop());
    const failed = rebuilt.flatMap(problemsOf).map(({ day, message }) => ({ day, problem: message }));
    return { dry_run: dryRun, service_id: serviceId, days: rebuilt.map(toJson), failed };
  }

  protected render({ dry_run, days, failed }: Result): string {
    const rows = days
      .filter(({ before, after }) => before.messages > 0 || after.messages > 0)
      .map(({ day, before, after }) => ({
        day,
        messages: after.messages,
        units: after.units,
        cost: costText(after.cost),
        'messages before': before.messages,
        'units before': before.units,
        'cost before': costText(before.cost),
      }));
    const letters = days.reduce((sum, { despatched_after = 0 }) => sum + despatched_after, 0);
    const sum = days.reduce((total, { after }) => total + after.messages, 0);
    return [
      ...(rows.length === 0 ? [] : [table(rows)]),
      ...failed.map(({ day, problem }) => `Left as it was on ${day}: ${problem}`),
      ...(letters === 0 ? [] : [`Despatched on these days: ${counted(letters, 'letter')}`]),
      `${dry_run ? 'Would count' : 'Counted'} ${counted(days.length, 'day')}: ${counted(sum, 'message')}`,
    ].join('\n');
  }
}

/** 1 when nothing was counted. */
function exitCodeOf({ days }: Result): number {
  return days.some(({ before, after }) => before.messages > 0 || after.messages > 0) ? 3 : 1;
}

/** @throws AppError USAGE_INVALID naming the flag */
function daysOf(
  flags: { day?: CalendarDate | undefined; from?: CalendarDate | undefined; to?: CalendarDate | undefined },
  today: CalendarDate,
): CalendarDate[] {
  const [first, last] = [flags.day ?? flags.from!, flags.day ?? flags.to!];
  if (last < first) throw new AppError('USAGE_INVALID', `--to is '${last}': expected ${first} or a later day`);
  if (last > today) {
    const flag = flags.day === undefined ? '--to' : '--day';
    throw new AppError('USAGE_INVALID', `${flag} is '${last}': expected today (${today}) or a day before it`);
  }
  const days: CalendarDate[] = [];
  for (let day = first; day <= last; day = addDays(day, 1)) days.push(day);
  return days;
}

function spanOf(days: readonly CalendarDate[]): string {
  return days.length === 1 ? days[0]! : `${days.length} days, ${days[0]!} to ${days.at(-1)!},`;
}

function toJson({ day, before, after, despatch }: RebuiltBillingDay): Day {
  return {
    day,
    before,
    after,
    ...(despatch !== null && { despatched_before: despatch.before, despatched_after: despatch.after }),
  };
}
