import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dryRunFlag, yesFlag } from '../../lib/cli/flags.ts';
import { queuesFlag, readQueuesFlag } from '../../lib/cli/queues-flag.ts';
import { table } from '../../lib/cli/table.ts';
import { counted } from '../../lib/core/counted.ts';

interface Result {
  readonly retried: number;
  readonly jobs: readonly { readonly queue: string; readonly task: string; readonly count: number }[];
  readonly dry_run: boolean;
}

export default class QueueRetry extends BaseCommand<Result> {
  static override summary = 'Put dead letters back on their queues that they came from.';
  static override description = `Dead letters are jobs that were given up, as their workers died again and again; they are kept for 14 days. Find out why the workers died first.
Messages that ended as technical-failure stay so: "notifications replay failed" sends them. Exit status: 0 done or nothing to do, 4 not confirmed.`;
  static override examples = [
    '<%= config.bin %> queue retry --dry-run',
    '<%= config.bin %> queue retry --queue database --task save-api-sms --limit 100 --yes',
  ];
  static override flags = {
    queue: queuesFlag,
    task: Flags.string({ summary: 'Only this task.', helpValue: 'NAME' }),
    limit: Flags.integer({ summary: 'How many at most, oldest first.', min: 1 }),
    'dry-run': dryRunFlag,
    yes: yesFlag,
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(QueueRetry);
    const filter = {
      queues: readQueuesFlag(flags.queue),
      task: flags.task ?? null,
      limit: flags.limit ?? null,
    };
    const dryRun = Boolean(flags['dry-run']);
    return this.withApp(flags, async (app) => {
      const { retryDeadLetters } = await import('../../lib/queue/retry-dead-letters.ts');
      let jobs = await retryDeadLetters(app, { ...filter, dryRun: true });
      if (!dryRun && jobs.length > 0) {
        await this.confirm(`Put ${counted(countOf(jobs), 'dead letter')} back on their queues?`, flags);
        jobs = await retryDeadLetters(app, filter);
      }
      return {
        status: dryRun ? 'planned' : 'ok',
        result: { retried: dryRun ? 0 : countOf(jobs), jobs, dry_run: dryRun },
      };
    });
  }

  protected render({ jobs, dry_run }: Result): string {
    if (jobs.length === 0) return 'There are no such dead letters.';
    return `${dry_run ? 'Would put back' : 'Put back'}:\n${table(jobs.map((job) => ({ ...job })))}`;
  }
}

function countOf(jobs: Result['jobs']): number {
  return jobs.reduce((sum, { count }) => sum + count, 0);
}
