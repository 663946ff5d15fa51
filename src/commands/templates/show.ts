import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg } from '../../lib/cli/flags.ts';
import { facts } from '../../lib/cli/table.ts';
import { toTemplateView, type TemplateView } from '../../lib/templates/template-view.ts';

export default class TemplatesShow extends BaseCommand<TemplateView> {
  static override summary = 'Show a template, or one of its versions.';
  static override examples = ['<%= config.bin %> templates show 018f2f6e-7c1a-7000-8000-000000000000 --version 1'];
  static override args = { id: uuidArg({ description: 'id of the template', required: true }) };
  static override flags = { version: Flags.integer({ summary: 'Version instead of the newest.', min: 1 }) };

  protected async execute(): Promise<Outcome<TemplateView>> {
    const { args, flags } = await this.parse(TemplatesShow);
    return this.withApp(flags, async (app) => {
      const { showTemplate } = await import('../../lib/templates/show-template.ts');
      const template = await showTemplate(app, {
        templateId: args.id,
        ...(flags.version !== undefined && { version: flags.version }),
      });
      return { result: toTemplateView(template) };
    });
  }

  protected render(template: TemplateView): string {
    const head = facts({
      id: template.id,
      name: template.name,
      type: template.type,
      version: template.version,
      placeholders: template.placeholders.join(', ') || null,
      'process type': template.process_type,
      postage: template.postage ?? undefined,
      archived: template.archived,
      subject: template.subject ?? undefined,
    });
    return `${head}\n\n${template.content}`;
  }
}
