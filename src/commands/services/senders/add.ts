import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../../lib/cli/base-command.ts';
import { uuidArg } from '../../../lib/cli/flags.ts';
import { readContent } from '../../../lib/cli/read-content.ts';
import { facts } from '../../../lib/cli/table.ts';
import { senderTypes, type SenderType } from '../../../lib/services/sender.ts';
import { toSenderView, type SenderView } from '../../../lib/services/sender-view.ts';

export default class ServicesSendersAdd extends BaseCommand<SenderView> {
  static override summary = 'Add a text message sender, a reply-to address or a letter contact to a service.';
  static override description = `sms: 3 to 11 letters, digits or spaces. email: an address. letter: the lines of a contact block, from a file (@file) or standard input (-).
The first sms or email one must be the default; a new default takes the place of the old one.`;
  static override examples = [
    '<%= config.bin %> services senders add 018f2f6e-7c1a-7000-8000-000000000000 --type sms --value PERMITS --default',
    '<%= config.bin %> services senders add 018f2f6e-7c1a-7000-8000-000000000000 --type email --value permits@example.gov.uk --default',
    '<%= config.bin %> services senders add 018f2f6e-7c1a-7000-8000-000000000000 --type letter --value @address.txt',
  ];
  static override args = { id: uuidArg({ description: 'id of the service', required: true }) };
  static override flags = {
    type: Flags.string({ summary: 'Type of the messages.', required: true, options: senderTypes }),
    value: Flags.string({ summary: 'The sender, @file, or - for standard input.', required: true, helpValue: 'TEXT' }),
    default: Flags.boolean({ summary: 'Use it when a message names no other.' }),
  };

  protected async execute(): Promise<Outcome<SenderView>> {
    const { args, flags } = await this.parse(ServicesSendersAdd);
    const value = await readContent(flags.value, '--value');
    return this.withApp(flags, async (app) => {
      const { addSender } = await import('../../../lib/services/add-sender.ts');
      const type = flags.type as SenderType;
      const sender = await addSender(app, { serviceId: args.id, type, value, isDefault: Boolean(flags.default) });
      return { result: toSenderView(sender) };
    });
  }

  protected render({ id, type, value, is_default }: SenderView): string {
    return facts({ id, type, value: value.replaceAll(/\s*\n\s*/g, ', '), default: is_default });
  }
}
