import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { personalisationFlag, readPersonalisation, uuidArg } from '../../lib/cli/flags.ts';
import { counted } from '../../lib/core/counted.ts';

interface Result {
  readonly id: string;
  readonly version: number;
  readonly type: string;
  readonly subject: string | null;
  readonly body: string;
  /** Only with --pdf. */
  readonly pdf?: { readonly file: string; readonly pages: number };
}

export default class TemplatesPreview extends BaseCommand<Result> {
  static override summary = 'Render a template with values, without sending anything.';
  static override examples = [
    '<%= config.bin %> templates preview 018f2f6e-7c1a-7000-8000-000000000000 --personalisation name=Ann',
    '<%= config.bin %> templates preview 018f2f6e-7c1a-7000-8000-000000000000 --personalisation name=Ann --pdf letter.pdf',
  ];
  static override args = { id: uuidArg({ description: 'id of the template', required: true }) };
  static override flags = {
    pdf: Flags.string({
      summary: 'File to write a letter to, as it would be printed; one that is there is replaced.',
      helpValue: 'FILE',
    }),
    personalisation: personalisationFlag,
    version: Flags.integer({ summary: 'Version instead of the newest.', min: 1 }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(TemplatesPreview);
    const personalisation = readPersonalisation(flags.personalisation);
    return this.withApp(flags, async (app) => {
      const { previewTemplate } = await import('../../lib/templates/preview-template.ts');
      const { template, rendered } = await previewTemplate(app, {
        templateId: args.id,
        personalisation,
        ...(flags.version !== undefined && { version: flags.version }),
      });
      if (rendered.tooLong !== null) this.addWarning(rendered.tooLong);
      const { id, version, templateType } = template;
      const result = { id, version, type: templateType, subject: rendered.subject, body: rendered.body };
      if (flags.pdf === undefined) return { result };
      const { previewLetterTemplate } = await import('../../lib/letters/preview-letter-pdf.ts');
      const { writeOutput } = await import('../../lib/cli/write-output.ts');
      const { pdf, pageCount } = await previewLetterTemplate(app, { template, personalisation });
      await writeOutput('--pdf', flags.pdf, pdf);
      return { result: { ...result, pdf: { file: flags.pdf, pages: pageCount } } };
    });
  }

  protected render({ subject, body, pdf }: Result): string {
    const text = subject === null ? body : `Subject: ${subject}\n\n${body}`;
    return pdf === undefined ? text : `${text}\n\n${counted(pdf.pages, 'page')}: ${pdf.file}`;
  }
}
