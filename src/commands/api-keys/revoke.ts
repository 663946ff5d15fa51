import { toApiKeyView, type ApiKeyView } from '../../lib/api-keys/api-key-view.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg, yesFlag } from '../../lib/cli/flags.ts';

interface Result extends ApiKeyView {
  readonly already_revoked: boolean;
}

export default class ApiKeysRevoke extends BaseCommand<Result> {
  static override summary = 'Revoke an API key for good.';
  static override description =
    'Requests with the key are refused from now on. Revoking it again changes nothing and exits 0.';
  static override examples = ['<%= config.bin %> api-keys revoke 018f2f6e-7c1a-7000-8000-000000000000 --yes'];
  static override args = { id: uuidArg({ description: 'id of the key', required: true }) };
  static override flags = { yes: yesFlag };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(ApiKeysRevoke);
    await this.confirm(`Revoke the API key ${args.id}?`, flags);
    return this.withApp(flags, async (app) => {
      const { revokeApiKey } = await import('../../lib/api-keys/revoke-api-key.ts');
      const { apiKey, alreadyRevoked } = await revokeApiKey(app, { apiKeyId: args.id });
      return { result: { ...toApiKeyView(apiKey), already_revoked: alreadyRevoked } };
    });
  }

  protected render({ name, revoked_at, already_revoked }: Result): string {
    return already_revoked ? `'${name}' was revoked already, at ${revoked_at}.` : `Revoked '${name}'.`;
  }
}
