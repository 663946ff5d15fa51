import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidFlag } from '../../lib/cli/flags.ts';
import { broadcastProviders, type BroadcastProvider } from '../../lib/broadcasts/provider-message.ts';

interface Result {
  readonly event_id: string;
  readonly provider: BroadcastProvider;
  /** Of the document that the network acknowledged. */
  readonly identifier: string;
  /** The URL that took it: primary or failover. */
  readonly route: string;
}

export default class BroadcastsSend extends BaseCommand<Result> {
  static override summary = 'Send an event of a broadcast to one network, here and now.';
  static override description = `For events that were refused because an earlier one had not been acknowledged, once it has. The same is checked as always; nothing is sent twice that a network acknowledged.
When the network does not take it, the queue tries again. Exit status 1 when it is not sent, with the reason.`;
  static override examples = [
    '<%= config.bin %> broadcasts send --event 018f2f6e-7c1a-7000-8000-000000000000 --provider ee',
  ];
  static override flags = {
    event: uuidFlag({ summary: 'The event.', required: true }),
    provider: Flags.string({ summary: 'The network.', required: true, options: broadcastProviders }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(BroadcastsSend);
    const provider = flags.provider as BroadcastProvider;
    return this.withApp(flags, async (app) => {
      const { sendNow } = await import('../../lib/broadcasts/send-now.ts');
      const { identifier, route } = await sendNow(app, { broadcastEventId: flags.event, provider });
      return { result: { event_id: flags.event, provider, identifier, route } };
    });
  }

  protected render({ provider, identifier, route }: Result): string {
    return `${provider} acknowledged ${identifier} (${route}).`;
  }
}
