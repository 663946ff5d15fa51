import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { queuesFlag, readQueuesFlag } from '../../lib/cli/queues-flag.ts';
import { table } from '../../lib/cli/table.ts';

interface Row {
  readonly queue: string;
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
  readonly stale: number;
  readonly failed: number;
  readonly dead_letters: number;
  readonly oldest_due: string | null;
}

export default class QueueStatus extends BaseCommand<readonly Row[]> {
  static override summary = 'Show what waits, runs and was given up in each queue.';
  static override description = `Waiting jobs could run now, delayed ones later, such as retries. Stale: active, but their worker gave no sign of life for a minute; "queue unlock" hands them out again.
Dead letters: given up, as their workers died again and again; "queue retry" puts them back.`;
  static override examples = [
    '<%= config.bin %> queue status',
    '<%= config.bin %> queue status --queue sender --queue retry --json',
  ];
  static override flags = { queue: queuesFlag };

  protected async execute(): Promise<Outcome<readonly Row[]>> {
    const { flags } = await this.parse(QueueStatus);
    const queues = readQueuesFlag(flags.queue);
    return this.withApp(flags, async (app) => {
      const { showQueues } = await import('../../lib/queue/show-queues.ts');
      const states = await showQueues(app, { queues });
      return {
        result: states.map(({ deadLetters, oldestDue, ...state }) => ({
          ...state,
          dead_letters: deadLetters,
          oldest_due: oldestDue?.toISOString() ?? null,
        })),
      };
    });
  }

  protected render(rows: readonly Row[]): string {
    const columns = ['queue', 'waiting', 'delayed', 'active', 'stale', 'failed', 'dead_letters', 'oldest_due'];
    return table(
      rows.map((row) => ({ ...row })),
      columns,
    );
  }
}
