import { Args, Flags } from '@oclif/core';
import type { App } from '../../lib/app.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { requireSomeFlag } from '../../lib/cli/flags.ts';
import { given } from '../../lib/core/given.ts';
import type { NotificationType } from '../../lib/notifications/notification.ts';
import { toProviderView, type ProviderView } from '../../lib/providers/provider-view.ts';

interface Result extends ProviderView {
  /** What was not so already. */
  readonly changed: readonly string[];
}

const types = ['sms', 'email', 'letter'] as const satisfies readonly NotificationType[];

export default class ProvidersUpdate extends BaseCommand<Result> {
  static override summary = 'Change how much a provider is given, or switch it on or off.';
  static override description = `Every change is a new version of the provider; what is so already changes nothing and exits 0.
What is switched here stays so, whatever the configuration says later. Running workers follow within ten seconds.
Exit status: 5 there is no such provider.`;
  static override examples = [
    '<%= config.bin %> providers update mmg --priority 70',
    '<%= config.bin %> providers update firetext --deactivate --reason "Outage"',
    '<%= config.bin %> providers update sandbox --type sms --activate',
  ];
  static override args = {
    identifier: Args.string({
      description: 'identifier of the provider, e.g. mmg',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    type: Flags.string({ summary: 'For an identifier that several types have.', options: types }),
    priority: Flags.integer({
      summary: 'Weight among the active providers of its type.',
      helpValue: 'N',
      min: 0,
      max: 100,
    }),
    activate: Flags.boolean({ summary: 'Give it messages.', exclusive: ['deactivate'] }),
    deactivate: Flags.boolean({ summary: 'Give it no messages.' }),
    reason: Flags.string({ summary: 'Why, for the history.', helpValue: 'TEXT' }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(ProvidersUpdate);
    requireSomeFlag(flags, ['priority', 'activate', 'deactivate']);
    return this.withApp(flags, async (app) => {
      const { updateProviderSettings } = await import('../../lib/providers/update-provider-settings.ts');
      const { provider, changed } = await updateProviderSettings(app, {
        identifier: args.identifier,
        ...given({
          type: flags.type as NotificationType | undefined,
          priority: flags.priority,
          active: flags.activate ? true : flags.deactivate ? false : undefined,
          reason: flags.reason,
        }),
      });
      await this.warnOfUselessProviders(app, provider.notificationType);
      return { result: { ...toProviderView(provider), changed } };
    });
  }

  private async warnOfUselessProviders(app: App, changed: NotificationType): Promise<void> {
    const { inspectProviders } = await import('../../lib/providers/inspect-providers.ts');
    const situation = (await inspectProviders(app)).find(({ type }) => type === changed);
    if (situation === undefined) return;
    for (const identifier of situation.unconfigured)
      this.addWarning(`'${identifier}' is active, but has no configuration here: nothing is given to it`);
    if (situation.usable.length === 0) this.addWarning(`No provider of ${changed} is active and configured here`);
  }

  protected render({ identifier, type, priority, active, changed, version }: Result): string {
    if (changed.length === 0) return `'${identifier}' (${type}) was so already.`;
    const state = active ? 'active' : 'inactive';
    return `'${identifier}' (${type}) is ${state} with priority ${priority}, as version ${version}.`;
  }
}
