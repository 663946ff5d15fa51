import { Args, Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { facts } from '../../lib/cli/table.ts';
import { AppError, messageOf } from '../../lib/core/errors.ts';

interface Result {
  readonly page_count: number | null;
  /** Why it cannot be printed; null when it can. */
  readonly message: string | null;
  readonly invalid_pages: readonly number[] | null;
  readonly recipient_address: string | null;
  /** Where the PDF to print was written to. */
  readonly file: string | null;
  readonly remarks: readonly string[];
}

export default class LettersValidate extends BaseCommand<Result> {
  static override summary = 'Check a PDF as letters that come as PDFs are checked.';
  static override description =
    'Needs no database. With --out, writes the PDF that would be printed. Exit status: 0 it can be printed, 1 it cannot, 2 the file cannot be read.';
  static override examples = [
    '<%= config.bin %> letters validate letter.pdf --out printed.pdf',
    '<%= config.bin %> letters validate leaflet.pdf --attachment --json',
  ];
  static override args = { file: Args.string({ description: 'the PDF', required: true }) };
  static override flags = {
    international: Flags.boolean({ summary: 'The letter may go abroad.' }),
    attachment: Flags.boolean({ summary: 'It is an attachment: it has no page with an address.' }),
    out: Flags.string({
      summary: 'File to write the PDF to print to; one that is there is replaced.',
      helpValue: 'FILE',
    }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(LettersValidate);
    const pdf = await readPdf(args.file);
    const { createLetterSanitiser } = await import('../../lib/letters/sanitise/letter-sanitiser.ts');
    const sanitiser = createLetterSanitiser();
    try {
      const options = { allowInternational: Boolean(flags.international), isAttachment: Boolean(flags.attachment) };
      const { pageCount, message, invalidPages, recipientAddress, file, remarks } = await sanitiser.sanitise(
        pdf,
        options,
      );
      const isWritten = file !== null && flags.out !== undefined;
      if (isWritten) {
        const { writeOutput } = await import('../../lib/cli/write-output.ts');
        await writeOutput('--out', flags.out!, file);
      }
      return {
        exitCode: message === null ? 0 : 1,
        result: {
          page_count: pageCount,
          message,
          invalid_pages: invalidPages,
          recipient_address: recipientAddress,
          file: isWritten ? flags.out! : null,
          remarks,
        },
      };
    } finally {
      await sanitiser.close();
    }
  }

  protected render({ message, invalid_pages, recipient_address, remarks, ...values }: Result): string {
    return facts({
      message: message ?? 'can be printed',
      pages: values.page_count,
      invalid_pages: invalid_pages === null ? null : invalid_pages.join(', '),
      address: recipient_address?.replaceAll('\n', ', ') ?? null,
      file: values.file,
      remarks: remarks.length === 0 ? null : remarks.join('; '),
    });
  }
}

async function readPdf(path: string): Promise<Uint8Array> {
  const { readFile } = await import('node:fs/promises');
  try {
    return await readFile(path);
  } catch (error) {
    throw new AppError('USAGE_INVALID', `FILE is '${path}': the file cannot be read (${messageOf(error)})`);
  }
}
