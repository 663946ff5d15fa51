import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../../lib/cli/base-command.ts';
import { uuidArg } from '../../../lib/cli/flags.ts';
import { table } from '../../../lib/cli/table.ts';
import { senderTypes, type SenderType } from '../../../lib/services/sender.ts';
import { toSenderView, type SenderView } from '../../../lib/services/sender-view.ts';

export default class ServicesSendersList extends BaseCommand<readonly SenderView[]> {
  static override summary = 'List what messages of a service come from.';
  static override description =
    'Senders of text messages, reply-to addresses of emails and contact blocks of letters; the default of each type first.';
  static override examples = [
    '<%= config.bin %> services senders list 018f2f6e-7c1a-7000-8000-000000000000',
    '<%= config.bin %> services senders list 018f2f6e-7c1a-7000-8000-000000000000 --type sms --json',
  ];
  static override args = { id: uuidArg({ description: 'id of the service', required: true }) };
  static override flags = { type: Flags.string({ summary: 'Only those of this type.', options: senderTypes }) };

  protected async execute(): Promise<Outcome<readonly SenderView[]>> {
    const { args, flags } = await this.parse(ServicesSendersList);
    return this.withApp(flags, async (app) => {
      const { listSenders } = await import('../../../lib/services/show-senders.ts');
      const type = (flags.type as SenderType | undefined) ?? null;
      return { result: (await listSenders(app, { serviceId: args.id, type })).map(toSenderView) };
    });
  }

  protected render(senders: readonly SenderView[]): string {
    if (senders.length === 0) return 'The service has no such senders.';
    return table(
      senders.map(({ id, type, value, is_default, inbound_number_id }) => ({
        id,
        type,
        default: is_default,
        inbound: inbound_number_id !== null,
        value: value.replaceAll(/\s*\n\s*/g, ', '),
      })),
    );
  }
}
