import { BaseCommand, type Outcome } from '../../../lib/cli/base-command.ts';
import { uuidArg, yesFlag } from '../../../lib/cli/flags.ts';
import { toSenderView, type SenderView } from '../../../lib/services/sender-view.ts';

interface Result extends SenderView {
  readonly already_archived: boolean;
}

export default class ServicesSendersArchive extends BaseCommand<Result> {
  static override summary = 'Archive a text message sender, a reply-to address or a letter contact for good.';
  static override description =
    'A default of text messages or emails and an inbound number have to stay. Templates with an archived letter contact go without one. Archiving it again changes nothing and exits 0.';
  static override examples = ['<%= config.bin %> services senders archive 018f2f6e-7c1a-7000-8000-000000000000 --yes'];
  static override args = { id: uuidArg({ description: 'id of the sender', required: true }) };
  static override flags = { yes: yesFlag };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(ServicesSendersArchive);
    await this.confirm(`Archive the sender ${args.id} for good?`, flags);
    return this.withApp(flags, async (app) => {
      const [{ archiveSender }, { releaseLetterContact }] = await Promise.all([
        import('../../../lib/services/archive-sender.ts'),
        import('../../../lib/templates/release-letter-contact.ts'),
      ]);
      const { sender, alreadyArchived } = await archiveSender(app, { senderId: args.id, releaseLetterContact });
      return { result: { ...toSenderView(sender), already_archived: alreadyArchived } };
    });
  }

  protected render({ value, already_archived }: Result): string {
    const name = value.replaceAll(/\s*\n\s*/g, ', ');
    return already_archived ? `'${name}' was archived already.` : `Archived '${name}'.`;
  }
}
