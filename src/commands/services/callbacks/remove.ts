import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../../lib/cli/base-command.ts';
import { uuidArg, yesFlag } from '../../../lib/cli/flags.ts';
import { callbackTypes, type CallbackType } from '../../../lib/callbacks/callback-api.ts';
import { toCallbackView, type CallbackView } from '../../../lib/callbacks/callback-view.ts';

export default class ServicesCallbacksRemove extends BaseCommand<CallbackView> {
  static override summary = 'Stop telling a service about something.';
  static override description =
    'Its history stays. Receipts that wait already are still sent, received texts are not. Exit status: 5 the service has no such callback.';
  static override examples = [
    '<%= config.bin %> services callbacks remove 018f2f6e-7c1a-7000-8000-000000000000 --type complaint --yes',
  ];
  static override args = { id: uuidArg({ description: 'id of the service', required: true }) };
  static override flags = {
    type: Flags.string({ summary: 'What the service is told about.', required: true, options: callbackTypes }),
    yes: yesFlag,
  };

  protected async execute(): Promise<Outcome<CallbackView>> {
    const { args, flags } = await this.parse(ServicesCallbacksRemove);
    await this.confirm(`Remove the ${flags.type} callback of the service ${args.id}?`, flags);
    return this.withApp(flags, async (app) => {
      const { removeCallback } = await import('../../../lib/callbacks/remove-callback.ts');
      const callbackType = flags.type as CallbackType;
      return { result: toCallbackView(await removeCallback(app, { serviceId: args.id, callbackType })) };
    });
  }

  protected render({ type, url }: CallbackView): string {
    return `Removed the ${type} callback to ${url}.`;
  }
}
