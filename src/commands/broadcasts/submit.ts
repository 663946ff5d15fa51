import { actingUserFlag } from '../../lib/cli/broadcast-flags.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg } from '../../lib/cli/flags.ts';
import { toOperatorBroadcastView, type OperatorBroadcastView } from '../../lib/broadcasts/broadcast-view.ts';

export default class BroadcastsSubmit extends BaseCommand<OperatorBroadcastView> {
  static override summary = 'Submit a draft, or a rejected broadcast, for approval.';
  static override description = 'Somebody else of the team then approves or rejects it.';
  static override examples = [
    '<%= config.bin %> broadcasts submit 018f2f6e-7c1a-7000-8000-000000000000 --as 018f2f6e-7c1a-7000-8000-000000000002',
  ];
  static override args = { id: uuidArg({ description: 'id of the broadcast', required: true }) };
  static override flags = { as: actingUserFlag };

  protected async execute(): Promise<Outcome<OperatorBroadcastView>> {
    const { args, flags } = await this.parse(BroadcastsSubmit);
    return this.withApp(flags, async (app) => {
      const [{ moveBroadcast }, { showBroadcastById }] = await Promise.all([
        import('../../lib/broadcasts/move-broadcast.ts'),
        import('../../lib/broadcasts/show-broadcast.ts'),
      ]);
      const { id, serviceId } = await showBroadcastById(app, args.id);
      const { message } = await moveBroadcast(app, { serviceId, id, status: 'pending-approval', userId: flags.as });
      return { result: toOperatorBroadcastView(message) };
    });
  }

  protected render({ reference, id }: OperatorBroadcastView): string {
    return `'${reference ?? id}' waits for approval.`;
  }
}
