import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg } from '../../lib/cli/flags.ts';
import { facts } from '../../lib/cli/table.ts';
import { toContactListView, type ContactListView } from '../../lib/contact-lists/contact-list-view.ts';

export default class ContactListsShow extends BaseCommand<ContactListView> {
  static override summary = 'Show a contact list.';
  static override examples = ['<%= config.bin %> contact-lists show 018f2f6e-7c1a-7000-8000-000000000000'];
  static override args = { id: uuidArg({ description: 'id of the contact list', required: true }) };

  protected async execute(): Promise<Outcome<ContactListView>> {
    const { args, flags } = await this.parse(ContactListsShow);
    return this.withApp(flags, async (app) => {
      const { showAnyContactList } = await import('../../lib/contact-lists/list-contact-lists.ts');
      return { result: toContactListView(await showAnyContactList(app, { contactListId: args.id })) };
    });
  }

  protected render(list: ContactListView): string {
    return facts({
      id: list.id,
      file: list.original_file_name,
      type: list.template_type,
      rows: list.row_count,
      service: list.service_id,
      'recent jobs': list.recent_job_count,
      'was sent': list.has_jobs ? 'yes' : 'never',
      'created by': list.created_by,
      'created at': list.created_at,
    });
  }
}
