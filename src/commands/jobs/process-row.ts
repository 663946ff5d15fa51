import { Args, Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg, uuidFlag } from '../../lib/cli/flags.ts';
import { AppError } from '../../lib/core/errors.ts';

interface Result {
  readonly job_id: string;
  readonly row_number: number;
  readonly notification_id: string;
  /** False when the row had its notification before. */
  readonly created: boolean;
}

export default class JobsProcessRow extends BaseCommand<Result> {
  static override summary = 'Make the notification of one row of a job that has none.';
  static override description = `ROW is counted from 0, the first row after the headers: line 2 of a file without line breaks in its cells is row 0. A row that has its notification is left alone, and exit status is 0.
The message is stored with its delivery job; a running server or worker delivers it. Exit status: 4 the job takes no rows, or trial mode does not allow the recipient; 5 no such job or row.`;
  static override examples = [
    '<%= config.bin %> jobs process-row 018f2f6e-7c1a-7000-8000-000000000000 17',
    '<%= config.bin %> jobs process-row --job-id 018f2f6e-7c1a-7000-8000-000000000000 --job-row-number 17',
  ];
  static override args = {
    job: uuidArg({ description: 'id of the job' }),
    row: Args.string({ description: 'number of the row, from 0', ignoreStdin: true }),
  };
  static override flags = {
    'job-id': uuidFlag({ char: 'j', aliases: ['job_id'], summary: 'Id of the job, instead of JOB.' }),
    'job-row-number': Flags.integer({
      char: 'n',
      aliases: ['job_row_number'],
      summary: 'Number of the row, from 0, instead of ROW.',
      helpValue: 'N',
      min: 0,
    }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(JobsProcessRow);
    const jobId = oneOf('JOB', args.job, flags['job-id']);
    const rowNumber = oneOf('ROW', readRow(args.row), flags['job-row-number']);
    return this.withApp(flags, async (app) => {
      const { processJobRow } = await import('../../lib/jobs/process-job-row.ts');
      const { notificationId, created } = await processJobRow(app, { jobId, rowNumber });
      return { result: { job_id: jobId, row_number: rowNumber, notification_id: notificationId, created } };
    });
  }

  protected render({ job_id, row_number, notification_id, created }: Result): string {
    if (created) return `Process row ${row_number} for job ${job_id} created notification_id: ${notification_id}`;
    return `Row ${row_number} of job ${job_id} has its notification already: ${notification_id}`;
  }
}

/** @throws AppError USAGE_INVALID */
function readRow(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new AppError('USAGE_INVALID', `ROW is '${text}': expected a whole number from 0`);
}

/** A value that comes as an argument or as a flag. @throws AppError USAGE_INVALID */
function oneOf<Value>(name: 'JOB' | 'ROW', argument: Value | undefined, flag: Value | undefined): Value {
  const flagName = name === 'JOB' ? '--job-id' : '--job-row-number';
  if (argument !== undefined && flag !== undefined && argument !== flag) {
    throw new AppError('USAGE_INVALID', `${name} is '${String(argument)}' and ${flagName} '${String(flag)}'`);
  }
  const value = argument ?? flag;
  if (value === undefined) throw new AppError('USAGE_INVALID', `Expected ${name} or ${flagName}`);
  return value;
}
