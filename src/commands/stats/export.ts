import { Flags } from '@oclif/core';
import type { App } from '../../lib/app.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidFlag, yesFlag } from '../../lib/cli/flags.ts';
import { interruptible } from '../../lib/cli/interruptible.ts';
import { dayFlag } from '../../lib/cli/time-flags.ts';
import { counted } from '../../lib/core/counted.ts';
import { AppError } from '../../lib/core/errors.ts';
import { londonDate, type CalendarDate } from '../../lib/core/london-time.ts';
import type { ExportInput } from '../../lib/statistics/export-statistics.ts';
import { statisticsFormats, type StatisticsFormat } from '../../lib/statistics/statistics-text.ts';

interface Result {
  /** Null: all services. */
  readonly service_id: string | null;
  readonly from: CalendarDate;
  readonly to: CalendarDate;
  /** `-` is standard output. */
  readonly output: string;
  readonly rows: number;
}

export default class StatsExport extends BaseCommand<Result> {
  static override summary = 'Write how many messages had which status, by day or month and by template.';
  static override description = `A line for each day or month in London, template and status: past days as they were counted at night, today as it is now; a past day that was not counted yet is counted for it. Test keys do not count. Lines are written as they are counted, however many there are.
Exit status: 0 done, 2 days that are none, 4 the file exists and replacing it is not confirmed, 5 no such service.`;
  static override examples = [
    '<%= config.bin %> stats export --all-services --from 2026-04-01 --to 2026-04-30 > april.csv',
    '<%= config.bin %> stats export --service 018f2f6e-7c1a-7000-8000-000000000000 --from 2026-04-01 --by month --format json --output year.json',
  ];
  static override flags = {
    service: uuidFlag({ char: 's', summary: 'Only this service.', exactlyOne: ['service', 'all-services'] }),
    'all-services': Flags.boolean({ summary: 'Every service, archived ones too.' }),
    from: dayFlag({ summary: 'The first day in London.', required: true }),
    to: dayFlag({ summary: 'The last day; it is included. Today without it.' }),
    by: Flags.option({
      summary: 'What is counted together.',
      options: ['day', 'month'] as const,
      default: 'day' as const,
    })(),
    format: Flags.option({ summary: 'How it is written.', options: statisticsFormats, default: 'csv' as const })(),
    output: Flags.string({ char: 'o', summary: 'File to write, instead of standard output.', helpValue: 'FILE' }),
    yes: yesFlag,
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(StatsExport);
    const { output = '-', format, by, from, service: serviceId = null } = flags;
    if (output === '-' && this.jsonEnabled()) {
      throw new AppError('USAGE_INVALID', '--json and an export do not fit on one output: expected --output');
    }
    const { exists } = await import('../../lib/transfer/export-destination.ts');
    if (output !== '-' && (await exists(output))) await this.confirm(`${output} exists. Replace it?`, flags);
    return interruptible(
      (signal) =>
        this.withApp(flags, async (app) => {
          const to = lastDay(from, flags.to, londonDate(app.clock.now()));
          const rows = await write(app, { serviceId, from, to, by, signal }, { output, format });
          return { result: { service_id: serviceId, from, to, output, rows } };
        }),
      { notice: (line) => this.notice(line), afterwards: 'A file is only there when it is complete.' },
    );
  }

  protected render({ output, rows }: Result): string | undefined {
    const summary = counted(rows, 'row');
    if (output !== '-') return `Wrote ${summary} to ${output}.`;
    this.notice(summary);
    return undefined;
  }
}

/** @throws AppError USAGE_INVALID naming the flag */
function lastDay(from: CalendarDate, to: CalendarDate | undefined, today: CalendarDate): CalendarDate {
  if (from > today)
    throw new AppError('USAGE_INVALID', `--from is '${from}': expected today (${today}) or an earlier day`);
  if (to === undefined) return today;
  if (to < from) throw new AppError('USAGE_INVALID', `--to is '${to}': expected ${from} or a later day`);
  if (to > today) throw new AppError('USAGE_INVALID', `--to is '${to}': expected today (${today}) or an earlier day`);
  return to;
}

async function write(
  app: App,
  input: ExportInput,
  { output, format }: { output: string; format: StatisticsFormat },
): Promise<number> {
  const [{ exportStatistics }, { writeStatistics }, { writeText }] = await Promise.all([
    import('../../lib/statistics/export-statistics.ts'),
    import('../../lib/statistics/statistics-text.ts'),
    import('../../lib/cli/write-parts.ts'),
  ]);
  // What is wrong with the service is told before anything is written.
  if (input.serviceId !== null) {
    const { requireService } = await import('../../lib/services/show-service.ts');
    await requireService(app, input.serviceId);
  }
  let rows = 0;
  const text = writeStatistics(exportStatistics(app, input), { format, onRows: (count) => (rows += count) });
  await writeText(output, text);
  return rows;
}
