import { Flags } from '@oclif/core';
import type { App } from '../../lib/app.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg } from '../../lib/cli/flags.ts';
import { facts } from '../../lib/cli/table.ts';
import { counted } from '../../lib/core/counted.ts';
import { AppError } from '../../lib/core/errors.ts';
import type { FileList, UnknownName } from '../../lib/letters/find-letters-of-files.ts';

interface Shown {
  readonly id: string;
  readonly service_id: string;
  readonly status: string;
  readonly key_type: string;
  readonly postage: string | null;
  readonly reference: string | null;
  readonly print_reference: string | null;
  /** Sheets of paper; 0 before the PDF is made, and for test keys. */
  readonly sheets: number;
  readonly address: string;
  readonly template: { readonly id: string; readonly version: number };
  readonly created_at: string;
  readonly sent_at: string | null;
  /** The print provider, once it has the letter. */
  readonly sent_by: string | null;
  /** The zip that it went to the provider in, or will go. */
  readonly zip: { readonly name: string; readonly state: string } | null;
  readonly updated_at: string | null;
  /** London days. */
  readonly printed: string | null;
  readonly earliest_delivery: string | null;
  readonly latest_delivery: string | null;
  /** Where the PDF is in the storage; `bytes` is null while there is none. */
  readonly file: { readonly area: string; readonly key: string; readonly bytes: number | null } | null;
  readonly pdf: string | null;
}

interface Listed {
  /** `-` is standard output. */
  readonly output: string;
  readonly letters: number;
  readonly unknown: readonly UnknownName[];
}

export default class LettersShow extends BaseCommand<Shown | Listed> {
  static override summary = 'Show one letter and save its PDF, or list the letters that files are of.';
  static override description = `With --file, reads names of letters' files: the record of an uploaded zip (a JSON array), or a name on each line, with or without folder. Writes a CSV of their letters, ordered by service and job: notification_id, service_id, template_id, reference, job_id, created_at.
Exit status: 4 no letter, 5 no such message, 75 with --pdf while there is no PDF of it yet. With --file: 3 some names are of no letter, 1 all are.`;
  static override examples = [
    '<%= config.bin %> letters show 018f2f6e-7c1a-7000-8000-000000000000 --pdf letter.pdf',
    '<%= config.bin %> letters show --file failed-to-print.txt --out zips_sent_details.csv',
  ];
  static override args = { id: uuidArg({ description: 'id of the letter' }) };
  static override flags = {
    pdf: Flags.string({ summary: 'File to write the PDF to; one that is there is replaced.', helpValue: 'FILE' }),
    file: Flags.string({
      char: 'f',
      summary: "List of names of letters' files, - for standard input; repeatable.",
      helpValue: 'FILE',
      multiple: true,
      multipleNonGreedy: true,
      exclusive: ['pdf'],
    }),
    out: Flags.string({
      char: 'o',
      summary: 'File to write the list to, instead of standard output; one that is there is replaced.',
      helpValue: 'FILE',
      dependsOn: ['file'],
    }),
  };

  protected async execute(): Promise<Outcome<Shown | Listed>> {
    const { args, flags } = await this.parse(LettersShow);
    const { id } = args;
    if (id === undefined && flags.file === undefined)
      throw new AppError('USAGE_INVALID', 'ID is missing: expected the id of the letter, or --file');
    if (id !== undefined && flags.file !== undefined)
      throw new AppError('USAGE_INVALID', 'ID and --file do not go together: expected one of them');
    if (id !== undefined)
      return this.withApp(flags, async (app) => ({ result: await this.showOne(app, id, flags.pdf ?? null) }));
    const { out: output = '-' } = flags;
    if (output === '-' && this.jsonEnabled())
      throw new AppError('USAGE_INVALID', '--json and a list do not fit on one output: expected --out');
    const lists = await readLists(flags.file!);
    const listed = await this.withApp(flags, (app) => this.list(app, lists, output));
    for (const { file, line, name, problem } of listed.unknown)
      this.addWarning(`${file}, line ${line}: '${name}': ${problem}`);
    if (listed.unknown.length === 0) return { result: listed };
    return { result: listed, status: 'partial', exitCode: listed.letters === 0 ? 1 : 3 };
  }

  private async showOne(app: App, notificationId: string, pdf: string | null): Promise<Shown> {
    const { showLetter } = await import('../../lib/letters/show-letter.ts');
    const { letter, file, days, zip } = await showLetter(app, { notificationId });
    if (pdf !== null) {
      const { letterPdf } = await import('../../lib/letters/letter-pdf.ts');
      const { writeOutput } = await import('../../lib/cli/write-output.ts');
      const { serviceId } = letter;
      await writeOutput('--pdf', pdf, await letterPdf(app, { serviceId, notificationId: letter.id }));
    }
    return {
      id: letter.id,
      service_id: letter.serviceId,
      status: letter.status,
      key_type: letter.keyType,
      postage: letter.postage,
      reference: letter.clientReference,
      print_reference: letter.reference,
      sheets: letter.billableUnits,
      address: letter.to,
      template: { id: letter.templateId, version: letter.templateVersion },
      created_at: letter.createdAt.toISOString(),
      sent_at: letter.sentAt?.toISOString() ?? null,
      sent_by: letter.sentBy,
      zip,
      updated_at: letter.updatedAt?.toISOString() ?? null,
      printed: days?.printed ?? null,
      earliest_delivery: days?.earliest ?? null,
      latest_delivery: days?.latest ?? null,
      file,
      pdf,
    };
  }

  private async list(app: App, lists: readonly FileList[], output: string): Promise<Listed> {
    const [{ findLettersOfFiles }, { letterListHeader, toLetterLines }, { writeParts }] = await Promise.all([
      import('../../lib/letters/find-letters-of-files.ts'),
      import('../../lib/letters/letter-list-csv.ts'),
      import('../../lib/cli/write-parts.ts'),
    ]);
    const { found, unknown } = await writeParts(output, async (write) => {
      await write(letterListHeader);
      return findLettersOfFiles(app, { lists, onLetters: (letters) => write(toLetterLines(letters)) });
    });
    return { output, letters: found, unknown };
  }

  protected render(result: Shown | Listed): string | undefined {
    if ('output' in result) {
      const summary = counted(result.letters, 'letter');
      if (result.output !== '-') return `Wrote ${summary} to ${result.output}.`;
      this.notice(summary);
      return undefined;
    }
    const { template, file, zip, address, ...values } = result;
    return facts({
      ...values,
      address: address.replaceAll('\n', ', '),
      template: `${template.id} version ${template.version}`,
      zip: zip === null ? null : `${zip.name} (${zip.state})`,
      file: file === null ? null : `${file.area}/${file.key}${file.bytes === null ? ' (not there)' : ''}`,
    });
  }
}

async function readLists(files: readonly string[]): Promise<FileList[]> {
  const { readInputText } = await import('../../lib/cli/read-input.ts');
  const { readFileNames } = await import('../../lib/letters/find-letters-of-files.ts');
  const lists: FileList[] = [];
  for (const file of files) lists.push({ file, names: readFileNames(await readInputText(file, '--file')) });
  return lists;
}
