import { Args, Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { readInput } from '../../lib/cli/read-input.ts';
import { facts } from '../../lib/cli/table.ts';
import { letterChecksHint, meaningOf } from '../../lib/letters/sanitise/describe-problem.ts';
import type { LetterProblem } from '../../lib/letters/sanitise/sanitised-letter.ts';

interface Result {
  readonly page_count: number | null;
  /** Why it cannot be printed; null when it can. */
  readonly message: LetterProblem | null;
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
  static override args = {
    file: Args.string({ description: 'the PDF, - for standard input', required: true, ignoreStdin: true }),
  };
  static override flags = {
    international: Flags.boolean({ summary: 'The letter may go abroad.' }),
    attachment: Flags.boolean({ summary: 'It is an attachment: it has no page with an address.' }),
    out: Flags.string({
      summary: 'File to write the PDF to print to; one that is there is replaced.',
      helpValue: 'FILE',
    }),
  };

  private isAttachment = false;

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(LettersValidate);
    const pdf = await readInput(args.file, 'FILE');
    this.isAttachment = Boolean(flags.attachment);
    const { createLetterSanitiser } = await import('../../lib/letters/sanitise/letter-sanitiser.ts');
    const sanitiser = createLetterSanitiser();
    try {
      const options = { allowInternational: Boolean(flags.international), isAttachment: this.isAttachment };
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
      ...(message !== null && { meaning: meaningOf(message, this.isAttachment), see: letterChecksHint }),
      pages: values.page_count,
      invalid_pages: invalid_pages === null ? null : invalid_pages.join(', '),
      address: recipient_address?.replaceAll('\n', ', ') ?? null,
      file: values.file,
      remarks: remarks.length === 0 ? null : remarks.join('; '),
    });
  }
}
