import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { facts } from '../../lib/cli/table.ts';
import type { ReceivedTextView } from '../../lib/inbound/received-text-view.ts';

export default class InboundNumbersReceive extends BaseCommand<ReceivedTextView> {
  static override summary = "Store a text as if somebody had sent it to a service's number.";
  static override description = 'Exit status: 4 the service may not receive texts, 5 no service has the number.';
  static override examples = [
    '<%= config.bin %> inbound-numbers receive --to 07700900999 --from 07700900123 --content "Please call me back"',
  ];
  static override flags = {
    to: Flags.string({ summary: 'Number of the service.', required: true, helpValue: 'NUMBER' }),
    from: Flags.string({ summary: 'Number or name of the sender.', required: true, helpValue: 'SENDER' }),
    content: Flags.string({ summary: 'Text.', required: true, helpValue: 'TEXT' }),
  };

  protected async execute(): Promise<Outcome<ReceivedTextView>> {
    const { flags } = await this.parse(InboundNumbersReceive);
    return this.withApp(flags, async (app) => {
      const [{ receiveTextMessage }, { toReceivedTextView }] = await Promise.all([
        import('../../lib/inbound/receive-text-message.ts'),
        import('../../lib/inbound/received-text-view.ts'),
      ]);
      const { to, from, content } = flags;
      const text = await receiveTextMessage(app, { to, from, content, providerReference: null, providerDate: null });
      return { result: toReceivedTextView(text) };
    });
  }

  protected render({ id, service_id, notify_number, user_number }: ReceivedTextView): string {
    return facts({ id, service: service_id, to: notify_number, from: user_number });
  }
}
