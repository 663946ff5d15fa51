import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dryRunFlag, uuidFlag } from '../../lib/cli/flags.ts';
import { interruptible } from '../../lib/cli/interruptible.ts';
import { startProgress } from '../../lib/cli/progress.ts';
import { table } from '../../lib/cli/table.ts';
import { dayFlag } from '../../lib/cli/time-flags.ts';
import { counted } from '../../lib/core/counted.ts';
import { AppError } from '../../lib/core/errors.ts';
import { londonDate, type CalendarDate } from '../../lib/core/london-time.ts';
import type { RebuiltDay } from '../../lib/usage/rebuild-template-usage.ts';

interface TemplateCount {
  readonly template_id: string;
  readonly count: number;
  /** Of a dry run: what Redis holds; null when it holds nothing. */
  readonly held?: number | null;
}

interface Result {
  readonly dry_run: boolean;
  readonly services: number;
  readonly days: readonly CalendarDate[];
  readonly messages: number;
  readonly rebuilt: readonly {
    readonly service_id: string;
    readonly day: CalendarDate;
    readonly templates: readonly TemplateCount[];
  }[];
  readonly failed: readonly { readonly service_id: string; readonly day: CalendarDate; readonly problem: string }[];
}

export default class TemplateUsageRebuild extends BaseCommand<Result> {
  static override summary = 'Rebuild the usage of templates in Redis from the stored messages.';
  static override description = `Counts the messages of a day in London by template, those in history too, test keys left out, and puts the counts in place of what Redis holds for eight days. It is exact while messages are being sent, and may run again at any time.
Exit status: 0 done, 3 some services failed (with --all-services), 5 no such service, 69 Redis or the database does not answer, 75 another rebuild of the same day is under way, 78 no Redis is configured.`;
  static override examples = [
    '<%= config.bin %> template-usage rebuild --service 018f2f6e-7c1a-7000-8000-000000000000 --day 2026-01-31',
    '<%= config.bin %> template-usage rebuild --all-services --days 8',
    '<%= config.bin %> template-usage rebuild --all-services --days 8 --dry-run',
  ];
  static override flags = {
    service: uuidFlag({ char: 's', summary: 'The service.', exactlyOne: ['service', 'all-services'] }),
    'all-services': Flags.boolean({ summary: 'Every service, archived ones too.' }),
    day: dayFlag({ char: 'd', summary: 'The day in London.', exactlyOne: ['day', 'days'] }),
    days: Flags.integer({ summary: 'So many days, today the last of them.', min: 1, max: 8 }),
    'dry-run': dryRunFlag,
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(TemplateUsageRebuild);
    const dryRun = flags['dry-run'];
    return interruptible(
      (signal) =>
        this.withApp(flags, async (app) => {
          const { rebuildTemplateUsage } = await import('../../lib/usage/rebuild-template-usage.ts');
          const { requireRedis } = await import('../../lib/usage/require-redis.ts');
          const { createTemplateUsageHashes } = await import('../../lib/usage/template-usage-hashes.ts');
          const { usageWindow } = await import('../../lib/usage/template-usage.ts');
          const today = londonDate(app.clock.now());
          const days = flags.day === undefined ? usageWindow(today, flags.days! - 1) : [notAhead(flags.day, today)];
          const hashes = createTemplateUsageHashes(requireRedis(app.redis));
          const progress = startProgress({ label: 'Counting days' });
          const { rebuilt, services, failed } = await rebuildTemplateUsage(
            { db: app.db, ids: app.ids, hashes },
            {
              serviceId: flags.service ?? null,
              days,
              dryRun,
              signal,
              onProgress: (done, total) => progress.update(done, total),
            },
          ).finally(() => progress.stop());
          return {
            status: dryRun ? ('planned' as const) : failed.length > 0 ? ('partial' as const) : ('ok' as const),
            result: {
              dry_run: dryRun,
              services,
              days,
              messages: rebuilt.reduce((sum, { usage }) => sum + total(usage), 0),
              rebuilt: rebuilt.map(toJson),
              failed: failed.map(({ serviceId, ...rest }) => ({ service_id: serviceId, ...rest })),
            },
          };
        }),
      { notice: (line) => this.notice(line), afterwards: 'Days that were rebuilt stay so; run the command again.' },
    );
  }

  protected render({ dry_run, services, days, messages, rebuilt, failed }: Result): string {
    const rows = rebuilt.flatMap(({ service_id, day, templates }) =>
      templates.map(({ template_id, count, held }) => ({
        service: service_id,
        day,
        template: template_id,
        messages: count,
        ...(held !== undefined && { 'in redis': held ?? 'nothing' }),
      })),
    );
    const done = `${dry_run ? 'Would rebuild' : 'Rebuilt'} ${counted(days.length, 'day')} of ${counted(services, 'service')}: ${counted(messages, 'message')}`;
    return [
      ...(rows.length > 0 && rows.length <= 200 ? [table(rows)] : []),
      done,
      ...failed.map(({ service_id, day, problem }) => `Failed: service ${service_id} on ${day}: ${problem}`),
    ].join('\n');
  }
}

function notAhead(day: CalendarDate, today: CalendarDate): CalendarDate {
  if (day <= today) return day;
  throw new AppError('USAGE_INVALID', `--day is '${day}': expected today (${today}) or an earlier day`);
}

function total(usage: ReadonlyMap<string, number>): number {
  return [...usage.values()].reduce((sum, count) => sum + count, 0);
}

function toJson({ serviceId, day, usage, held }: RebuiltDay): Result['rebuilt'][number] {
  const ids = [...new Set([...usage.keys(), ...(held?.keys() ?? [])])].sort();
  const templates = ids.map((id) => ({
    template_id: id,
    count: usage.get(id) ?? 0,
    ...(held !== undefined && { held: held?.get(id) ?? (held === null ? null : 0) }),
  }));
  return { service_id: serviceId, day, templates };
}
