import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg, yesFlag } from '../../lib/cli/flags.ts';
import { broadcastChannels } from '../../lib/broadcasts/channel.ts';
import { broadcastProviders } from '../../lib/broadcasts/provider-message.ts';
import type { BroadcastSettings } from '../../lib/broadcasts/broadcast-settings.ts';
import { toServiceView, type ServiceView } from '../../lib/services/service-view.ts';

interface Result extends ServiceView {
  readonly broadcast: BroadcastSettings;
}

export default class BroadcastsSetUp extends BaseCommand<Result> {
  static override summary = 'Make a service one that broadcasts, or change how it does.';
  static override description =
    'From then on it only broadcasts: its other permissions go, its members may only look until they are given more, and all its API keys are revoked.';
  static override examples = [
    '<%= config.bin %> broadcasts set-up 018f2f6e-7c1a-7000-8000-000000000000 --channel severe --mode training --yes',
  ];
  static override args = { service: uuidArg({ description: 'id of the service', required: true }) };
  static override flags = {
    channel: Flags.string({ summary: 'Channel of its broadcasts.', required: true, options: [...broadcastChannels] }),
    mode: Flags.string({
      summary: 'In training nothing is really sent.',
      required: true,
      options: ['training', 'live'],
    }),
    provider: Flags.string({
      summary: 'The one network that it broadcasts to.',
      options: [...broadcastProviders, 'all'],
      default: 'all',
    }),
    yes: yesFlag,
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(BroadcastsSetUp);
    await this.confirm(`Revoke all API keys of the service ${args.service} and let it broadcast?`, flags);
    return this.withApp(flags, async (app) => {
      const { setBroadcastService } = await import('../../lib/broadcasts/set-broadcast-service.ts');
      const broadcast: BroadcastSettings = {
        channel: flags.channel as BroadcastSettings['channel'],
        provider: flags.provider as BroadcastSettings['provider'],
      };
      const mode = flags.mode as 'training' | 'live';
      const service = await setBroadcastService(app, { serviceId: args.service, mode, ...broadcast });
      return { result: { ...toServiceView(service), broadcast } };
    });
  }

  protected render({ name, restricted, broadcast: { channel, provider } }: Result): string {
    const networks = provider === 'all' ? 'all networks' : provider;
    return `'${name}' broadcasts on the channel ${channel} to ${networks}${restricted ? ', in training' : ''}.`;
  }
}
