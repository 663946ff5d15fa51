import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../../lib/cli/base-command.ts';
import { requireSomeFlag, uuidArg } from '../../../lib/cli/flags.ts';
import { readContent } from '../../../lib/cli/read-content.ts';
import { facts } from '../../../lib/cli/table.ts';
import { toSenderView, type SenderView } from '../../../lib/services/sender-view.ts';

interface Result extends SenderView {
  readonly changed: boolean;
}

export default class ServicesSendersUpdate extends BaseCommand<Result> {
  static override summary = 'Change a text message sender, a reply-to address or a letter contact.';
  static override description = `--default makes it the default in place of another; only a letter contact can stop being it without a successor (--no-default).
The text of an inbound number cannot be changed. What is so already changes nothing and exits 0.`;
  static override examples = [
    '<%= config.bin %> services senders update 018f2f6e-7c1a-7000-8000-000000000000 --default',
    '<%= config.bin %> services senders update 018f2f6e-7c1a-7000-8000-000000000000 --value PARKING',
  ];
  static override args = { id: uuidArg({ description: 'id of the sender', required: true }) };
  static override flags = {
    value: Flags.string({ summary: 'The new text, @file, or - for standard input.', helpValue: 'TEXT' }),
    default: Flags.boolean({ summary: 'Use it when a message names no other.', allowNo: true }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(ServicesSendersUpdate);
    requireSomeFlag(flags, Object.keys(ServicesSendersUpdate.flags));
    const value = flags.value === undefined ? undefined : await readContent(flags.value, '--value');
    // Without the flag there is no value, whatever its type says.
    const isDefault = flags.default as boolean | undefined;
    return this.withApp(flags, async (app) => {
      const { updateSender } = await import('../../../lib/services/update-sender.ts');
      const { sender, isChanged } = await updateSender(app, {
        senderId: args.id,
        ...(value !== undefined && { value }),
        ...(isDefault !== undefined && { isDefault }),
      });
      return { result: { ...toSenderView(sender), changed: isChanged } };
    });
  }

  protected render({ changed, id, type, value, is_default }: Result): string {
    if (!changed) return 'It was so already.';
    return facts({ id, type, value: value.replaceAll(/\s*\n\s*/g, ', '), default: is_default });
  }
}
