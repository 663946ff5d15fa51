import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidFlag } from '../../lib/cli/flags.ts';
import { table } from '../../lib/cli/table.ts';
import { jobStatuses } from '../../lib/jobs/job.ts';
import { toJobView, type JobView } from '../../lib/jobs/job-view.ts';

export default class JobsList extends BaseCommand<readonly JobView[]> {
  static override summary = 'List the jobs of a service: those that have not begun, then the latest begun.';
  static override examples = [
    '<%= config.bin %> jobs list --service 018f2f6e-7c1a-7000-8000-000000000000',
    '<%= config.bin %> jobs list --service 018f2f6e-7c1a-7000-8000-000000000000 --status scheduled --json',
  ];
  static override flags = {
    service: uuidFlag({ char: 's', summary: 'Service of the jobs.', required: true }),
    status: Flags.string({
      summary: 'Only this status, repeatable.',
      options: jobStatuses,
      multiple: true,
      multipleNonGreedy: true,
    }),
    'contact-list': uuidFlag({ summary: 'Only jobs of this contact list.' }),
    'limit-days': Flags.integer({ summary: 'Only jobs made since so many midnights in London ago.', min: 0 }),
    limit: Flags.integer({ summary: 'How many at most.', default: 50, min: 1, max: 10_000 }),
  };

  protected async execute(): Promise<Outcome<readonly JobView[]>> {
    const { flags } = await this.parse(JobsList);
    return this.withApp(flags, async (app) => {
      const [{ listJobs }, { requireService }] = await Promise.all([
        import('../../lib/jobs/list-jobs.ts'),
        import('../../lib/services/show-service.ts'),
      ]);
      const { id: serviceId } = await requireService({ db: app.db }, flags.service);
      const found = await listJobs(app, {
        serviceId,
        statuses: flags.status ?? [],
        limitDays: flags['limit-days'] ?? null,
        contactListId: flags['contact-list'] ?? null,
        page: 1,
        pageSize: flags.limit,
      });
      return { result: (found?.jobs ?? []).map((job) => toJobView(job, job.statistics)) };
    });
  }

  protected render(jobs: readonly JobView[]): string {
    if (jobs.length === 0) return 'No such jobs.';
    return table(
      jobs.map((job) => ({
        id: job.id,
        status: job.job_status,
        rows: job.notification_count,
        type: job.template_type,
        file: job.original_file_name,
        'scheduled for': job.scheduled_for,
        'created at': job.created_at,
      })),
    );
  }
}
