import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dryRunFlag, uuidArg, yesFlag } from '../../lib/cli/flags.ts';
import { counted } from '../../lib/core/counted.ts';
import { toJobView, type JobView } from '../../lib/jobs/job-view.ts';

interface Result {
  readonly job: JobView;
  /** Letters that were cancelled with it; null for texts and emails. */
  readonly letters: number | null;
  readonly already: boolean;
  readonly dry_run: boolean;
}

export default class JobsCancel extends BaseCommand<Result> {
  static override summary = 'Cancel a job that waits for its time, or a job of letters that are not printed yet.';
  static override description =
    'Texts and emails are handed on as soon as a job begins: from then on it cannot be cancelled. Exit status: 0 done, or cancelled already; 4 not confirmed, or too late; 5 no such job.';
  static override examples = ['<%= config.bin %> jobs cancel 018f2f6e-7c1a-7000-8000-000000000000 --yes'];
  static override args = { job: uuidArg({ description: 'id of the job', required: true }) };
  static override flags = { 'dry-run': dryRunFlag, yes: yesFlag };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(JobsCancel);
    return this.withApp(flags, async (app) => {
      const { showJob } = await import('../../lib/jobs/show-job.ts');
      const { assertStillCancellable, cancelAnyJob } = await import('../../lib/jobs/cancel-any-job.ts');
      const job = await showJob(app, { jobId: args.job });
      const dryRun = Boolean(flags['dry-run']);
      const already = job.status === 'cancelled';
      if (!already) assertStillCancellable(job);
      if (already || dryRun) {
        const result = { job: toJobView(job), letters: null, already, dry_run: dryRun };
        return dryRun ? { status: 'planned', result } : { result };
      }
      const { originalFileName, notificationCount } = job;
      await this.confirm(`Cancel the job of '${originalFileName}', ${counted(notificationCount, 'row')}?`, flags);
      const { job: cancelled, letters } = await cancelAnyJob(app, { jobId: job.id });
      return { result: { job: toJobView(cancelled), letters, already: false, dry_run: false } };
    });
  }

  protected render({ job, letters, already, dry_run }: Result): string {
    const { original_file_name: name, job_status: status } = job;
    if (already) return `The job of '${name}' was cancelled already.`;
    if (dry_run) return `Would cancel the job of '${name}', which is '${status}'.`;
    return `Cancelled the job of '${name}'${letters === null ? '' : ` with ${counted(letters, 'letter')}`}.`;
  }
}
