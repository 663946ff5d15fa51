import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidFlag } from '../../lib/cli/flags.ts';
import { table } from '../../lib/cli/table.ts';
import { toContactListView, type ContactListView } from '../../lib/contact-lists/contact-list-view.ts';

export default class ContactListsList extends BaseCommand<readonly ContactListView[]> {
  static override summary = 'List the contact lists of a service, the newest first.';
  static override examples = ['<%= config.bin %> contact-lists list --service 018f2f6e-7c1a-7000-8000-000000000000'];
  static override flags = {
    service: uuidFlag({ char: 's', summary: 'Service of the contact lists.', required: true }),
  };

  protected async execute(): Promise<Outcome<readonly ContactListView[]>> {
    const { flags } = await this.parse(ContactListsList);
    return this.withApp(flags, async (app) => {
      const [{ listContactLists }, { requireService }] = await Promise.all([
        import('../../lib/contact-lists/list-contact-lists.ts'),
        import('../../lib/services/show-service.ts'),
      ]);
      const { id: serviceId } = await requireService({ db: app.db }, flags.service);
      return { result: (await listContactLists(app, { serviceId })).map(toContactListView) };
    });
  }

  protected render(lists: readonly ContactListView[]): string {
    if (lists.length === 0) return 'The service has no contact lists. Add one with: notify contact-lists add FILE';
    return table(
      lists.map((list) => ({
        id: list.id,
        type: list.template_type,
        rows: list.row_count,
        file: list.original_file_name,
        'recent jobs': list.recent_job_count,
        'created at': list.created_at,
      })),
    );
  }
}
