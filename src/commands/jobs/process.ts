import { Args } from '@oclif/core';
import type { App } from '../../lib/app.ts';
import type { Outcome, ParsedFlags } from '../../lib/cli/base-command.ts';
import { uuidFlag } from '../../lib/cli/flags.ts';
import { interruptible } from '../../lib/cli/interruptible.ts';
import { JobFileCommand, jobFileFlags } from '../../lib/cli/job-file-command.ts';
import { messagesOf, renderPlan, toPlanReport, type PlanReport } from '../../lib/cli/job-plan-report.ts';
import { startProgress } from '../../lib/cli/progress.ts';
import { facts } from '../../lib/cli/table.ts';
import { AppError } from '../../lib/core/errors.ts';
import { toJobView, type JobView } from '../../lib/jobs/job-view.ts';
import type { Job } from '../../lib/jobs/job.ts';
import type { JobRun } from '../../lib/jobs/run-job.ts';

interface Result {
  /** Null with --dry-run. */
  readonly job: JobView | null;
  /** Null with --resume. */
  readonly plan: PlanReport | null;
  /** How far the job is; null when it was not run. */
  readonly run: RunReport | null;
  readonly dry_run: boolean;
}

interface RunReport {
  /** Rows that have a notification. */
  readonly stored: number;
  /** Notifications that wait for a worker to deliver them. */
  readonly waiting: number;
  /** Rows that the trial mode does not allow. */
  readonly not_allowed: number;
  /** Rows that could not be stored. */
  readonly failed: number;
}

type Flagged = ParsedFlags<typeof JobsProcess>;

export default class JobsProcess extends JobFileCommand<Result> {
  static override summary = 'Send a file of recipients: check it, upload it, and work through it here and now.';
  static override description = `FILE is .csv or .tsv, or - for CSV on standard input. Every row becomes a notification with its delivery job, in this process, whether or not a worker runs; running servers and workers deliver them. With --at it is only scheduled: a running scheduler starts it.
A file with anything wrong is not sent at all: it is reported as by "jobs check". --dry-run shows what would be sent.
Interrupted, or killed, --resume JOB goes on after the last row that was stored; no row is sent twice.
Exit status: 0 done, 3 some rows have no notification, 4 not confirmed, a bad file, or more rows than may be sent today, 5 no such service, template, contact list or job.`;
  static override examples = [
    '<%= config.bin %> jobs process people.csv --service 018f2f6e-7c1a-7000-8000-000000000000 --template 018f2f6e-7c1a-7000-8000-000000000001 --dry-run',
    '<%= config.bin %> jobs process people.csv --service 018f2f6e-7c1a-7000-8000-000000000000 --template 018f2f6e-7c1a-7000-8000-000000000001 --at 2026-01-31T09:00:00Z --yes',
    '<%= config.bin %> jobs process --resume 018f2f6e-7c1a-7000-8000-000000000002',
  ];
  // Without ignoreStdin, what is piped in would be taken for the name of the file.
  static override args = { file: Args.string({ description: 'file of recipients', ignoreStdin: true }) };
  static override flags = {
    ...jobFileFlags,
    resume: uuidFlag({
      summary: 'Go on with this job instead of sending FILE.',
      exclusive: Object.keys(jobFileFlags).filter((name) => !['yes', 'rows'].includes(name)),
    }),
  };

  /** The job that is being worked on, for the line after an interruption. */
  private jobId: string | null = null;

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(JobsProcess);
    if (flags.resume !== undefined && args.file !== undefined) {
      throw new AppError('USAGE_INVALID', 'FILE and --resume exclude each other: the job has its file');
    }
    return interruptible((signal) => this.withApp(flags, (app) => this.send(app, flags, { path: args.file, signal })), {
      notice: (line) => this.notice(line),
      afterwards: () =>
        this.jobId === null ? 'Nothing was sent.' : `This goes on: notify jobs process --resume ${this.jobId}`,
    });
  }

  private async send(
    app: App,
    flags: Flagged,
    { path, signal }: { path: string | undefined; signal: AbortSignal },
  ): Promise<Outcome<Result>> {
    if (flags.resume !== undefined) {
      return this.outcomeOf(await this.runToEnd(app, flags.resume, signal), null);
    }
    const plan = await this.plan(app, flags, this.readTarget(flags, path));
    const report = toPlanReport(plan);
    if (flags['dry-run']) return { status: 'planned', result: { job: null, plan: report, run: null, dry_run: true } };
    signal.throwIfAborted();
    const job = await this.create(app, flags, plan);
    if (job.status === 'scheduled') {
      return { result: { job: toJobView(job), plan: report, run: null, dry_run: false } };
    }
    return this.outcomeOf(await this.runToEnd(app, job.id, signal), report);
  }

  private async runToEnd(app: App, jobId: string, signal: AbortSignal): Promise<JobRun> {
    const { runJob } = await import('../../lib/jobs/run-job.ts');
    this.jobId = jobId;
    const progress = startProgress({ label: 'Storing messages' });
    const onProgress = (done: number, total: number): void => progress.update(done, total);
    return runJob(app, { jobId }, { signal, onProgress }).finally(() => progress.stop());
  }

  private outcomeOf({ job, statistics, stored, waiting, leftOut }: JobRun, plan: PlanReport | null): Outcome<Result> {
    assertRan(job);
    const run = { stored, waiting, not_allowed: leftOut['not allowed'], failed: leftOut.failed };
    const result = { job: toJobView(job, statistics), plan, run, dry_run: false };
    return stored < job.notificationCount ? { status: 'partial', result } : { result };
  }

  protected render({ job, plan, run, dry_run }: Result): string {
    if (dry_run) return `${renderPlan(plan!)}\n\nThe file can be sent.`;
    const { id, job_status: status, notification_count: rows, template_type: type } = job!;
    if (run === null) {
      return facts({ job: id, status, rows, when: plan!.scheduled_for, 'to take it back': `notify jobs cancel ${id}` });
    }
    return facts({
      job: id,
      status,
      stored: `${run.stored.toLocaleString('en-GB')} of ${messagesOf(rows, type as PlanReport['template']['type'])}`,
      'not allowed in trial mode': run.not_allowed || undefined,
      failed: run.failed || undefined,
      'wait for a worker': run.waiting.toLocaleString('en-GB'),
      next: `notify jobs show ${id}`,
    });
  }
}

/** @throws AppError REFUSED for a job of which nothing may be sent; CHECK_FAILED for one that cannot be processed */
function assertRan(job: Job): void {
  const details = { job: toJobView(job) };
  switch (job.status) {
    case 'sending limits exceeded':
      throw new AppError('REFUSED', `Nothing was sent: the service may not send ${job.notificationCount} more today`, {
        details,
      });
    case 'cancelled':
      throw new AppError('REFUSED', 'Nothing more was sent: the job was cancelled, as its service is archived', {
        details,
      });
    case 'error':
      throw new AppError(
        'CHECK_FAILED',
        `The job cannot be processed: its file or its template is gone or unreadable`,
        {
          hint: `When that is put right: notify jobs process --resume ${job.id}`,
          details,
        },
      );
    default:
  }
}
