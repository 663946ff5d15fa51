import { Flags } from '@oclif/core';
import { broadcastStatuses, type BroadcastStatus } from '../../lib/broadcasts/broadcast-message.ts';
import { toOperatorBroadcastView, type OperatorBroadcastView } from '../../lib/broadcasts/broadcast-view.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidFlag } from '../../lib/cli/flags.ts';
import { table } from '../../lib/cli/table.ts';

export default class BroadcastsList extends BaseCommand<readonly OperatorBroadcastView[]> {
  static override summary = 'List the broadcasts of a service, the newest last.';
  static override examples = [
    '<%= config.bin %> broadcasts list --service 018f2f6e-7c1a-7000-8000-000000000000 --status broadcasting',
  ];
  static override flags = {
    service: uuidFlag({ summary: 'Service of the broadcasts.', required: true }),
    status: Flags.string({ summary: 'Only this status.', options: broadcastStatuses }),
    limit: Flags.integer({ summary: 'The newest so many.', default: 100, min: 1, max: 10_000 }),
  };

  protected async execute(): Promise<Outcome<readonly OperatorBroadcastView[]>> {
    const { flags } = await this.parse(BroadcastsList);
    return this.withApp(flags, async (app) => {
      const { listBroadcasts } = await import('../../lib/broadcasts/show-broadcast.ts');
      const messages = await listBroadcasts(app, {
        serviceId: flags.service,
        status: (flags.status as BroadcastStatus | undefined) ?? null,
        limit: flags.limit,
      });
      return { result: messages.map(toOperatorBroadcastView) };
    });
  }

  protected render(messages: readonly OperatorBroadcastView[]): string {
    if (messages.length === 0) return 'The service has no such broadcasts.';
    return table(
      messages.map(({ id, reference, status, stubbed, created_at, starts_at, finishes_at }) => ({
        id,
        reference,
        status: stubbed ? `${status} (training)` : status,
        created_at,
        starts_at,
        finishes_at,
      })),
    );
  }
}
