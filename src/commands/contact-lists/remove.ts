import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg, yesFlag } from '../../lib/cli/flags.ts';
import { toContactListView, type ContactListView } from '../../lib/contact-lists/contact-list-view.ts';

export default class ContactListsRemove extends BaseCommand<ContactListView> {
  static override summary = 'Remove a contact list with its file for good.';
  static override description =
    'Jobs that were made of it stay, and are sent. Exit status: 0 done, 4 not confirmed, 5 no such list.';
  static override examples = ['<%= config.bin %> contact-lists remove 018f2f6e-7c1a-7000-8000-000000000000 --yes'];
  static override args = { id: uuidArg({ description: 'id of the contact list', required: true }) };
  static override flags = { yes: yesFlag };

  protected async execute(): Promise<Outcome<ContactListView>> {
    const { args, flags } = await this.parse(ContactListsRemove);
    return this.withApp(flags, async (app) => {
      const [{ archiveContactList }, { showAnyContactList }] = await Promise.all([
        import('../../lib/contact-lists/archive-contact-list.ts'),
        import('../../lib/contact-lists/list-contact-lists.ts'),
      ]);
      const list = await showAnyContactList(app, { contactListId: args.id });
      await this.confirm(`Remove the contact list '${list.originalFileName}' for good?`, flags);
      await archiveContactList(app, { serviceId: list.serviceId, contactListId: list.id });
      return { result: toContactListView(list) };
    });
  }

  protected render({ original_file_name: name }: ContactListView): string {
    return `Removed '${name}'.`;
  }
}
