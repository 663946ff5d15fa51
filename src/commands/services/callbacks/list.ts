import { BaseCommand, type Outcome } from '../../../lib/cli/base-command.ts';
import { uuidArg } from '../../../lib/cli/flags.ts';
import { table } from '../../../lib/cli/table.ts';
import { toCallbackView, type CallbackView } from '../../../lib/callbacks/callback-view.ts';

export default class ServicesCallbacksList extends BaseCommand<readonly CallbackView[]> {
  static override summary = 'List where a service is told what became of its messages.';
  static override description = 'At most one URL for each type. Bearer tokens are never shown.';
  static override examples = ['<%= config.bin %> services callbacks list 018f2f6e-7c1a-7000-8000-000000000000'];
  static override args = { id: uuidArg({ description: 'id of the service', required: true }) };

  protected async execute(): Promise<Outcome<readonly CallbackView[]>> {
    const { args, flags } = await this.parse(ServicesCallbacksList);
    return this.withApp(flags, async (app) => {
      const { listCallbacks } = await import('../../../lib/callbacks/show-callbacks.ts');
      return { result: (await listCallbacks(app, args.id)).map(toCallbackView) };
    });
  }

  protected render(callbacks: readonly CallbackView[]): string {
    if (callbacks.length === 0) return 'The service has no callbacks.';
    return table(callbacks.map(({ type, url, version, id }) => ({ type, url, version, id })));
  }
}
