import { actingUserFlag, confirmReferenceFlag, requireConfirmation } from '../../lib/cli/broadcast-flags.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg } from '../../lib/cli/flags.ts';
import { toOperatorBroadcastView, type OperatorBroadcastView } from '../../lib/broadcasts/broadcast-view.ts';

interface Result extends OperatorBroadcastView {
  /** What the networks are told; null in training. */
  readonly event_id: string | null;
}

export default class BroadcastsCancel extends BaseCommand<Result> {
  static override summary = 'Cancel what is being broadcast.';
  static override description = 'The networks are told to stop showing it.';
  static override examples = [
    '<%= config.bin %> broadcasts cancel 018f2f6e-7c1a-7000-8000-000000000000 --as 018f2f6e-7c1a-7000-8000-000000000002 --confirm flood-7',
  ];
  static override args = { id: uuidArg({ description: 'id of the broadcast', required: true }) };
  static override flags = { as: actingUserFlag, confirm: confirmReferenceFlag };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(BroadcastsCancel);
    return this.withApp(flags, async (app) => {
      const [{ moveBroadcast }, { showBroadcastById }] = await Promise.all([
        import('../../lib/broadcasts/move-broadcast.ts'),
        import('../../lib/broadcasts/show-broadcast.ts'),
      ]);
      const { id, serviceId, reference } = await showBroadcastById(app, args.id);
      requireConfirmation({ id, reference }, flags.confirm, 'Cancel the broadcast');
      const { message, event } = await moveBroadcast(app, { serviceId, id, status: 'cancelled', userId: flags.as });
      if (event !== null && app.broadcastTransport.kind === 'off')
        this.addWarning('No way to the networks is configured here: workers that have one send it');
      return { result: { ...toOperatorBroadcastView(message), event_id: event?.id ?? null } };
    });
  }

  protected render({ reference, id, event_id }: Result): string {
    const sending = event_id === null ? 'In training: no network is told' : `Event ${event_id} goes to the networks`;
    return `'${reference ?? id}' is cancelled. ${sending}.`;
  }
}
