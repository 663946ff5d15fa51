import { Flags } from '@oclif/core';
import { keyTypes } from '../../lib/api-keys/api-key.ts';
import { toApiKeyView, type ApiKeyView } from '../../lib/api-keys/api-key-view.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidFlag } from '../../lib/cli/flags.ts';

interface Result extends ApiKeyView {
  /** The text that clients are configured with. */
  readonly key: string;
}

export default class ApiKeysCreate extends BaseCommand<Result> {
  static override summary = 'Create an API key and print it, this one time.';
  static override description =
    'normal sends to anybody once the service is live, team only to the team and the guest list, test sends nothing and pretends.';
  static override examples = [
    '<%= config.bin %> api-keys create --service 018f2f6e-7c1a-7000-8000-000000000000 --name "Web app" --type normal',
  ];
  static override flags = {
    service: uuidFlag({ summary: 'Service of the key.', required: true }),
    name: Flags.string({ summary: 'Name; unique among the valid keys of the service.', required: true }),
    type: Flags.string({ summary: 'Type of the key.', required: true, options: keyTypes }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(ApiKeysCreate);
    return this.withApp(flags, async (app) => {
      const { createApiKey } = await import('../../lib/api-keys/create-api-key.ts');
      const { apiKey, text } = await createApiKey(app, {
        serviceId: flags.service,
        name: flags.name,
        keyType: flags.type as (typeof keyTypes)[number],
      });
      return { result: { ...toApiKeyView(apiKey), key: text } };
    });
  }

  protected render({ key }: Result): string {
    this.notice('The key is shown this one time. Keep it secret.');
    return key;
  }
}
