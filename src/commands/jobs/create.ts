import { Args } from '@oclif/core';
import type { App } from '../../lib/app.ts';
import type { Outcome, ParsedFlags } from '../../lib/cli/base-command.ts';
import { uuidFlag } from '../../lib/cli/flags.ts';
import { JobFileCommand, jobFileFlags, type JobTarget } from '../../lib/cli/job-file-command.ts';
import { renderPlan, toPlanReport, type PlanReport } from '../../lib/cli/job-plan-report.ts';
import { facts } from '../../lib/cli/table.ts';
import { AppError } from '../../lib/core/errors.ts';
import { toJobView, type JobView } from '../../lib/jobs/job-view.ts';

interface Result {
  /** Null with --dry-run. */
  readonly job: JobView | null;
  readonly plan: PlanReport;
  readonly dry_run: boolean;
}

type Flagged = ParsedFlags<typeof JobsCreate>;

export default class JobsCreate extends JobFileCommand<Result> {
  static override summary = 'Make a job of a file of recipients and leave the work to a worker.';
  static override description = `As "jobs process", but nothing is worked through here: a running server or worker takes the job, at once or at the time of --at.
With --upload the file is one that is stored already, under service-<service>-notify/<upload>.csv: the job gets its id. Without --template, the one of the upload's metadata is sent.
Exit status: 0 done, 4 not confirmed or a bad file, 5 no such service, template, contact list or upload.`;
  static override examples = [
    '<%= config.bin %> jobs create people.csv --service 018f2f6e-7c1a-7000-8000-000000000000 --template 018f2f6e-7c1a-7000-8000-000000000001 --yes',
    '<%= config.bin %> jobs create --upload 018f2f6e-7c1a-7000-8000-000000000002 --service 018f2f6e-7c1a-7000-8000-000000000000 --dry-run',
  ];
  // Without ignoreStdin, what is piped in would be taken for the name of the file.
  static override args = { file: Args.string({ description: 'file of recipients', ignoreStdin: true }) };
  static override flags = {
    ...jobFileFlags,
    upload: uuidFlag({ summary: 'Send this upload instead of FILE.', exclusive: ['contact-list'] }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(JobsCreate);
    return this.withApp(flags, async (app) => {
      const plan = await this.plan(app, flags, await this.readUploadTarget(app, flags, args.file));
      const report = toPlanReport(plan);
      if (flags['dry-run']) return { status: 'planned', result: { job: null, plan: report, dry_run: true } };
      const job = await this.create(app, flags, plan);
      return { result: { job: toJobView(job), plan: report, dry_run: false } };
    });
  }

  private async readUploadTarget(app: App, flags: Flagged, path: string | undefined): Promise<JobTarget> {
    const { upload: uploadId, service: serviceId } = flags;
    if (uploadId === undefined) return this.readTarget(flags, path);
    if (path !== undefined) throw new AppError('USAGE_INVALID', 'FILE and --upload exclude each other');
    if (serviceId === undefined) throw new AppError('USAGE_INVALID', 'Expected --service');
    const templateId = flags.template ?? (await this.templateOfUpload(app, { serviceId, uploadId }));
    return { path: null, serviceId, templateId, file: { from: 'upload', uploadId, name: flags.name ?? null } };
  }

  private async templateOfUpload(app: App, upload: { serviceId: string; uploadId: string }): Promise<string> {
    const { readUploadMetadata } = await import('../../lib/uploads/upload-file.ts');
    const { parseUuid } = await import('../../lib/core/ids.ts');
    const metadata = await readUploadMetadata(app.storage, upload);
    if (metadata === null) {
      throw new AppError('NOT_FOUND', `Service '${upload.serviceId}' has no upload with the id '${upload.uploadId}'`);
    }
    const templateId = parseUuid(metadata.templateId);
    if (templateId === null) {
      throw new AppError('USAGE_INVALID', 'Expected --template: the metadata of the upload name none');
    }
    return templateId;
  }

  protected render({ job, plan, dry_run }: Result): string {
    if (dry_run) return `${renderPlan(plan)}\n\nThe file can be sent.`;
    const { id, job_status: status, notification_count: rows } = job!;
    return facts({ job: id, status, rows, when: plan.scheduled_for ?? undefined, next: `notify jobs show ${id}` });
  }
}
