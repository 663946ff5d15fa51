import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dryRunFlag, yesFlag } from '../../lib/cli/flags.ts';
import { queuesFlag, readQueuesFlag } from '../../lib/cli/queues-flag.ts';
import { table } from '../../lib/cli/table.ts';
import { durationFlag } from '../../lib/cli/time-flags.ts';
import { counted } from '../../lib/core/counted.ts';

interface Result {
  readonly unlocked: number;
  readonly jobs: readonly { readonly queue: string; readonly task: string; readonly subject: string }[];
  readonly dry_run: boolean;
}

export default class QueueUnlock extends BaseCommand<Result> {
  static override summary = 'Hand out again the jobs whose workers are dead.';
  static override description = `Workers do this by themselves within half a minute; the command is for when none runs. A worker counts as dead after a minute without a sign of life.
Nothing is lost or done twice if it lives after all: what it says about the job is no longer heard. Exit status: 0 done or nothing to do, 4 not confirmed.`;
  static override examples = [
    '<%= config.bin %> queue unlock --dry-run',
    '<%= config.bin %> queue unlock --queue sender --older-than 5m --yes',
  ];
  static override flags = {
    queue: queuesFlag,
    'older-than': durationFlag({ summary: 'Only without a sign of life for so long.', defaultHelp: async () => '1m' }),
    'dry-run': dryRunFlag,
    yes: yesFlag,
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(QueueUnlock);
    const queues = readQueuesFlag(flags.queue);
    const dryRun = Boolean(flags['dry-run']);
    const olderThan = flags['older-than'];
    return this.withApp(flags, async (app) => {
      const { unlockQueues } = await import('../../lib/queue/unlock-queues.ts');
      const input = { queues, ...(olderThan !== undefined && { olderThanSeconds: Math.ceil(olderThan / 1000) }) };
      let jobs = await unlockQueues(app, { ...input, dryRun: true });
      if (!dryRun && jobs.length > 0) {
        await this.confirm(`Hand out ${counted(jobs.length, 'job')} of dead workers again?`, flags);
        jobs = await unlockQueues(app, input);
      }
      return {
        status: dryRun ? 'planned' : 'ok',
        result: { unlocked: dryRun ? 0 : jobs.length, jobs, dry_run: dryRun },
      };
    });
  }

  protected render({ jobs, dry_run }: Result): string {
    if (jobs.length === 0) return 'No job belongs to a dead worker.';
    return `${dry_run ? 'Would hand out again' : 'Handed out again'}:\n${table(jobs.map((job) => ({ ...job })))}`;
  }
}
