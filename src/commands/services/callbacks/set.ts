import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../../lib/cli/base-command.ts';
import { requireSomeFlag, uuidArg } from '../../../lib/cli/flags.ts';
import { readInputText } from '../../../lib/cli/read-input.ts';
import { callbackTypes, type CallbackType } from '../../../lib/callbacks/callback-api.ts';
import { toCallbackView, type CallbackView } from '../../../lib/callbacks/callback-view.ts';

interface Result extends CallbackView {
  readonly outcome: 'created' | 'changed' | 'unchanged';
}

export default class ServicesCallbacksSet extends BaseCommand<Result> {
  static override summary = 'Set the URL and bearer token that a service is told things with.';
  static override description = `A new callback needs both; later either can be changed. The URL must be https and lead to the public internet, or to a host of NOTIFY_CALLBACK_ALLOWED_HOSTS.
The token has at least 10 characters. It is read from a file or standard input (-), so that it is in no shell history, and never shown.`;
  static override examples = [
    '<%= config.bin %> services callbacks set 018f2f6e-7c1a-7000-8000-000000000000 --type delivery_status --url https://example.gov.uk/receipts --token-file token.txt',
    'pass show notify | <%= config.bin %> services callbacks set 018f2f6e-7c1a-7000-8000-000000000000 --type inbound_sms --token-file -',
  ];
  static override args = { id: uuidArg({ description: 'id of the service', required: true }) };
  static override flags = {
    type: Flags.string({ summary: 'What the service is told about.', required: true, options: callbackTypes }),
    url: Flags.string({ summary: 'Where.', helpValue: 'URL' }),
    'token-file': Flags.string({ summary: 'File with the bearer token, - for standard input.', helpValue: 'FILE' }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(ServicesCallbacksSet);
    requireSomeFlag(flags, ['url', 'token-file']);
    const file = flags['token-file'];
    const token = file === undefined ? undefined : await readInputText(file, '--token-file');
    return this.withApp(flags, async (app) => {
      const { setCallback } = await import('../../../lib/callbacks/set-callback.ts');
      const { callback, outcome } = await setCallback(app, {
        serviceId: args.id,
        callbackType: flags.type as CallbackType,
        url: flags.url,
        bearerToken: token?.trim(),
      });
      return { result: { ...toCallbackView(callback), outcome } };
    });
  }

  protected render({ type, url, outcome, version }: Result): string {
    if (outcome === 'unchanged') return `The ${type} callback was so already.`;
    return `${outcome === 'created' ? 'Created' : 'Changed'} the ${type} callback to ${url}, now version ${version}.`;
  }
}
