import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { table } from '../../lib/cli/table.ts';
import { toProviderView, type ProviderView } from '../../lib/providers/provider-view.ts';

interface Result extends ProviderView {
  readonly configured: boolean | null;
  readonly share: number;
}

export default class ProvidersList extends BaseCommand<readonly Result[]> {
  static override summary = 'List the providers of texts, emails and letters.';
  static override description = `SHARE is the part of the messages of its type that an active provider gets, in proportion to its priority.
CONFIGURED says whether a process with this configuration can send through it: a message is only given to a provider that is both.`;
  static override examples = ['<%= config.bin %> providers list'];

  protected async execute(): Promise<Outcome<readonly Result[]>> {
    const { flags } = await this.parse(ProvidersList);
    return this.withApp(flags, async (app) => {
      const { listProviderShares } = await import('../../lib/providers/list-provider-shares.ts');
      const providers = await listProviderShares(app);
      return {
        result: providers.map((provider) => ({
          ...toProviderView(provider),
          configured: provider.configured,
          share: provider.share,
        })),
      };
    });
  }

  protected render(providers: readonly Result[]): string {
    return table(
      providers.map(({ type, identifier, display_name, priority, share, active, configured, version }) => ({
        type,
        identifier,
        name: display_name,
        priority,
        share: `${share}%`,
        active,
        configured,
        version,
      })),
    );
  }
}
