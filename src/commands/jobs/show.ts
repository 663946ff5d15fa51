import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg } from '../../lib/cli/flags.ts';
import { facts } from '../../lib/cli/table.ts';
import { toJobView, type JobView } from '../../lib/jobs/job-view.ts';

export default class JobsShow extends BaseCommand<JobView> {
  static override summary = 'Show a job, and how many of its messages have which status.';
  static override examples = ['<%= config.bin %> jobs show 018f2f6e-7c1a-7000-8000-000000000000'];
  static override args = { job: uuidArg({ description: 'id of the job', required: true }) };

  protected async execute(): Promise<Outcome<JobView>> {
    const { args, flags } = await this.parse(JobsShow);
    return this.withApp(flags, async (app) => {
      const { showJob } = await import('../../lib/jobs/show-job.ts');
      const { statistics, ...job } = await showJob(app, { jobId: args.job });
      return { result: toJobView(job, statistics) };
    });
  }

  protected render(job: JobView): string {
    const summary = facts({
      id: job.id,
      file: job.original_file_name,
      status: job.job_status,
      rows: job.notification_count,
      template: `${job.template_name} (${job.template_type}, version ${job.template_version})`,
      service: `${job.service_name.name} (${job.service})`,
      'created by': job.created_by.name,
      'created at': job.created_at,
      'scheduled for': job.scheduled_for ?? undefined,
      'contact list': job.contact_list_id ?? undefined,
      'began at': job.processing_started,
      'ended at': job.processing_finished,
      archived: job.archived ? 'its file was removed' : undefined,
    });
    if (job.statistics.length === 0) return `${summary}\n\nNo messages yet.`;
    return `${summary}\n\n${facts(Object.fromEntries(job.statistics.map(({ status, count }) => [status, count])))}`;
  }
}
