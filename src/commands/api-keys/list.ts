import { toApiKeyView, type ApiKeyView } from '../../lib/api-keys/api-key-view.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidFlag } from '../../lib/cli/flags.ts';
import { table } from '../../lib/cli/table.ts';

export default class ApiKeysList extends BaseCommand<readonly ApiKeyView[]> {
  static override summary = 'List the API keys of a service, revoked ones included.';
  static override examples = ['<%= config.bin %> api-keys list --service 018f2f6e-7c1a-7000-8000-000000000000'];
  static override flags = { service: uuidFlag({ summary: 'Service of the keys.', required: true }) };

  protected async execute(): Promise<Outcome<readonly ApiKeyView[]>> {
    const { flags } = await this.parse(ApiKeysList);
    return this.withApp(flags, async (app) => {
      const { listApiKeys } = await import('../../lib/api-keys/list-api-keys.ts');
      return { result: (await listApiKeys(app, { serviceId: flags.service })).map(toApiKeyView) };
    });
  }

  protected render(keys: readonly ApiKeyView[]): string {
    if (keys.length === 0) return 'The service has no keys.';
    return table(
      keys.map(({ id, name, type, created_at, revoked_at }) => ({ id, name, type, created_at, revoked_at })),
    );
  }
}
