import { basename } from 'node:path';
import { Args, Flags } from '@oclif/core';
import type { App } from '../../lib/app.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { renderCsvReport, warningsOf } from '../../lib/cli/csv-report.ts';
import { dryRunFlag, uuidFlag } from '../../lib/cli/flags.ts';
import { toContactListView, type ContactListView } from '../../lib/contact-lists/contact-list-view.ts';
import type { ContactListCheck } from '../../lib/contact-lists/check-contact-list.ts';
import { counted } from '../../lib/core/counted.ts';
import { AppError } from '../../lib/core/errors.ts';
import { systemUserId } from '../../lib/users/user.ts';

interface Result {
  /** Null with --dry-run. */
  readonly contact_list: ContactListView | null;
  readonly file: string;
  readonly row_count: number;
  readonly template_type: string | null;
  readonly dry_run: boolean;
}

/** Bad rows that are shown of a file that cannot be added. */
const shownRows = 50;

export default class ContactListsAdd extends BaseCommand<Result> {
  static override summary = 'Keep a file of recipients, to be sent to again and again.';
  static override description = `FILE has one column, called "email address" or "phone number", and is checked as a file that is sent: .csv or .tsv, or - for CSV on standard input.
Send to it with: notify jobs create --contact-list ID. Exit status: 0 done, 4 the file cannot be a contact list, 5 no such service.`;
  static override examples = [
    '<%= config.bin %> contact-lists add people.csv --service 018f2f6e-7c1a-7000-8000-000000000000',
  ];
  // Without ignoreStdin, what is piped in would be taken for the name of the file.
  static override args = {
    file: Args.string({ description: 'file of recipients', required: true, ignoreStdin: true }),
  };
  static override flags = {
    service: uuidFlag({ char: 's', summary: 'Service that keeps it.', required: true }),
    name: Flags.string({ summary: 'Name under which FILE is kept, instead of its own.', helpValue: 'NAME' }),
    'created-by': uuidFlag({ summary: 'User who adds it; without it, the system user.' }),
    'dry-run': dryRunFlag,
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(ContactListsAdd);
    const { file: path } = args;
    if (path === '-' && flags.name === undefined) {
      throw new AppError('USAGE_INVALID', 'Expected --name: standard input has none');
    }
    const fileName = flags.name ?? basename(path);
    return this.withApp(flags, (app) => this.add(app, { path, fileName, flags }));
  }

  private async add(
    app: App,
    input: {
      path: string;
      fileName: string;
      flags: { service: string; 'created-by'?: string | undefined; 'dry-run': boolean };
    },
  ): Promise<Outcome<Result>> {
    const { path, fileName, flags } = input;
    const [{ addContactList }, { checkContactList }, { loadCsvFile }, { assertNotArchived, requireService }] =
      await Promise.all([
        import('../../lib/contact-lists/add-contact-list.ts'),
        import('../../lib/contact-lists/check-contact-list.ts'),
        import('../../lib/recipients/csv/csv-file.ts'),
        import('../../lib/services/show-service.ts'),
      ]);
    const service = await requireService({ db: app.db }, flags.service);
    assertNotArchived(service);
    // Opened once: what is stored is what was checked.
    let opened: ReturnType<typeof loadCsvFile> | null = null;
    const open = () => (opened ??= loadCsvFile(path));
    const check = await checkContactList({ open, fileName, service, shownRows });
    for (const warning of warningsOf(check.check)) this.addWarning(warning);
    if (check.check.problem !== null) await this.refuse(check, fileName);
    const file = {
      file: fileName,
      row_count: check.check.summary!.rowCount,
      template_type: check.templateType,
    };
    if (flags['dry-run']) return { status: 'planned', result: { contact_list: null, ...file, dry_run: true } };
    const createdById = flags['created-by'] ?? systemUserId;
    const source = await open();
    const list = await addContactList(app, { serviceId: service.id, source, fileName, check, createdById });
    return { result: { contact_list: toContactListView(list), ...file, dry_run: false } };
  }

  private async refuse(check: ContactListCheck, fileName: string): Promise<never> {
    const { toCsvReport } = await import('../../lib/cli/jsonl-csv.ts');
    const report = toCsvReport(fileName, check.check);
    if (!this.jsonEnabled()) process.stdout.write(`${renderCsvReport(report)}\n`);
    const { title } = check.check.problem!;
    throw new AppError('REFUSED', `'${fileName}' was not added: ${title}`, { details: { report } });
  }

  protected render({ contact_list: list, file, row_count: rows, dry_run }: Result): string {
    const what = `'${file}', ${counted(rows, 'row')}`;
    return dry_run ? `Would add ${what}.` : `Added ${what}: ${list!.id}`;
  }
}
