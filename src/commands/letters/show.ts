import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg } from '../../lib/cli/flags.ts';
import { facts } from '../../lib/cli/table.ts';

interface Result {
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
  readonly updated_at: string | null;
  /** London days. */
  readonly printed: string | null;
  readonly earliest_delivery: string | null;
  readonly latest_delivery: string | null;
  /** Where the PDF is in the storage; `bytes` is null while there is none. */
  readonly file: { readonly area: string; readonly key: string; readonly bytes: number | null } | null;
  readonly pdf: string | null;
}

export default class LettersShow extends BaseCommand<Result> {
  static override summary = 'Show one letter, and save its PDF.';
  static override description =
    'Exit status: 4 no letter, 5 no such message, 75 with --pdf while there is no PDF of it yet.';
  static override examples = ['<%= config.bin %> letters show 018f2f6e-7c1a-7000-8000-000000000000 --pdf letter.pdf'];
  static override args = { id: uuidArg({ description: 'id of the letter', required: true }) };
  static override flags = {
    pdf: Flags.string({ summary: 'File to write the PDF to; one that is there is replaced.', helpValue: 'FILE' }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(LettersShow);
    return this.withApp(flags, async (app) => {
      const { showLetter } = await import('../../lib/letters/show-letter.ts');
      const { letter, file, days } = await showLetter(app, { notificationId: args.id });
      if (flags.pdf !== undefined) {
        const { letterPdf } = await import('../../lib/letters/letter-pdf.ts');
        const { writeOutput } = await import('../../lib/cli/write-output.ts');
        const { serviceId } = letter;
        await writeOutput('--pdf', flags.pdf, await letterPdf(app, { serviceId, notificationId: letter.id }));
      }
      return {
        result: {
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
          updated_at: letter.updatedAt?.toISOString() ?? null,
          printed: days?.printed ?? null,
          earliest_delivery: days?.earliest ?? null,
          latest_delivery: days?.latest ?? null,
          file,
          pdf: flags.pdf ?? null,
        },
      };
    });
  }

  protected render({ template, file, address, ...values }: Result): string {
    return facts({
      ...values,
      address: address.replaceAll('\n', ', '),
      template: `${template.id} version ${template.version}`,
      file: file === null ? null : `${file.area}/${file.key}${file.bytes === null ? ' (not there)' : ''}`,
    });
  }
}
