import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { table } from '../../lib/cli/table.ts';
import { broadcastProviders, type BroadcastProvider } from '../../lib/broadcasts/provider-message.ts';
import type { LinkTestResult } from '../../lib/broadcasts/test-links.ts';
import { AppError } from '../../lib/core/errors.ts';

export default class BroadcastsLinkTest extends BaseCommand<readonly LinkTestResult[]> {
  static override summary = 'Send a test document over every route to a network.';
  static override description =
    'No phone rings. Primary and failover are tried each on its own, as the schedule does every quarter of an hour. Exit status 1 when none acknowledged, 3 when one did not.';
  static override examples = ['<%= config.bin %> broadcasts link-test --provider vodafone'];
  static override flags = {
    provider: Flags.string({ summary: 'The network.', required: true, options: broadcastProviders }),
  };

  protected async execute(): Promise<Outcome<readonly LinkTestResult[]>> {
    const { flags } = await this.parse(BroadcastsLinkTest);
    return this.withApp(flags, async (app) => {
      const { testLinks } = await import('../../lib/broadcasts/test-links.ts');
      const results = await testLinks(app, flags.provider as BroadcastProvider);
      if (results.length === 0)
        throw new AppError('REFUSED', `No way to the network ${flags.provider} is configured here`, {
          hint: 'Set NOTIFY_BROADCAST_TRANSPORT and NOTIFY_BROADCAST_ROUTES; docs/broadcasts.md says how.',
        });
      const failed = results.filter(({ problem }) => problem !== null).length;
      if (failed === 0) return { result: results };
      return { result: results, status: 'partial', exitCode: failed === results.length ? 1 : 3 };
    });
  }

  protected render(results: readonly LinkTestResult[]): string {
    return table(
      results.map(({ route, identifier, problem }) => ({ route, identifier, result: problem ?? 'acknowledged' })),
    );
  }
}
