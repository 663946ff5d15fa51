import { Flags } from '@oclif/core';
import type { App } from '../../lib/app.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg, yesFlag } from '../../lib/cli/flags.ts';
import { counted } from '../../lib/core/counted.ts';
import { AppError } from '../../lib/core/errors.ts';
import { jobReportFormats, writeJobReport, type JobReportFormat } from '../../lib/jobs/job-report-text.ts';

interface Result {
  readonly job_id: string;
  /** `-` is standard output. */
  readonly output: string;
  readonly rows: number;
}

export default class JobsReport extends BaseCommand<Result> {
  static override summary = 'Write what became of each row of a job: its delivery report.';
  static override description = `The columns of the file, then template, type, job, status and time in London, a line for each row that has a message. Rows are written as they are read, however many there are.
Messages are in it as long as they are kept. Exit status: 0 done, 5 no such job, or its file is not kept any more.`;
  static override examples = [
    '<%= config.bin %> jobs report 018f2f6e-7c1a-7000-8000-000000000000 > report.csv',
    '<%= config.bin %> jobs report 018f2f6e-7c1a-7000-8000-000000000000 --format jsonl --output report.jsonl --json',
  ];
  static override args = { job: uuidArg({ description: 'id of the job', required: true }) };
  static override flags = {
    format: Flags.option({ summary: 'How it is written.', options: jobReportFormats, default: 'csv' as const })(),
    output: Flags.string({ char: 'o', summary: 'File to write, instead of standard output.', helpValue: 'FILE' }),
    yes: yesFlag,
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(JobsReport);
    const { output = '-', format } = flags;
    if (output === '-' && this.jsonEnabled()) {
      throw new AppError('USAGE_INVALID', '--json and a report do not fit on one output: expected --output');
    }
    const { exists } = await import('../../lib/transfer/export-destination.ts');
    if (output !== '-' && (await exists(output))) await this.confirm(`${output} exists. Replace it?`, flags);
    return this.withApp(flags, async (app) => {
      const rows = await this.write(app, args.job, { output, format });
      return { result: { job_id: args.job, output, rows } };
    });
  }

  private async write(
    app: App,
    jobId: string,
    { output, format }: { output: string; format: JobReportFormat },
  ): Promise<number> {
    const [{ openJobReport }, { writeText }] = await Promise.all([
      import('../../lib/jobs/job-report.ts'),
      import('../../lib/cli/write-parts.ts'),
    ]);
    const report = await openJobReport(app, { jobId });
    let rows = 0;
    await writeText(output, writeJobReport(report, { format, onRows: (count) => (rows += count) }));
    return rows;
  }

  protected render({ output, rows }: Result): string | undefined {
    const summary = counted(rows, 'row');
    if (output !== '-') return `Wrote ${summary} to ${output}.`;
    this.notice(summary);
    return undefined;
  }
}
