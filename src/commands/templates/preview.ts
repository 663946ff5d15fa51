import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { personalisationFlag, readPersonalisation, uuidArg } from '../../lib/cli/flags.ts';

interface Result {
  readonly id: string;
  readonly version: number;
  readonly type: string;
  readonly subject: string | null;
  readonly body: string;
}

export default class TemplatesPreview extends BaseCommand<Result> {
  static override summary = 'Render a template with values, without sending anything.';
  static override examples = [
    '<%= config.bin %> templates preview 018f2f6e-7c1a-7000-8000-000000000000 --personalisation name=Ann',
  ];
  static override args = { id: uuidArg({ description: 'id of the template', required: true }) };
  static override flags = {
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
      return { result: { id, version, type: templateType, subject: rendered.subject, body: rendered.body } };
    });
  }

  protected render({ subject, body }: Result): string {
    return subject === null ? body : `Subject: ${subject}\n\n${body}`;
  }
}
