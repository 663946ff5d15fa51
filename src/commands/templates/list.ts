import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidFlag } from '../../lib/cli/flags.ts';
import { table } from '../../lib/cli/table.ts';
import { templateTypes, type TemplateType } from '../../lib/templates/template.ts';
import { toTemplateView, type TemplateView } from '../../lib/templates/template-view.ts';

export default class TemplatesList extends BaseCommand<readonly TemplateView[]> {
  static override summary = 'List the templates of a service by name.';
  static override examples = [
    '<%= config.bin %> templates list --service 018f2f6e-7c1a-7000-8000-000000000000 --type sms',
  ];
  static override flags = {
    service: uuidFlag({ summary: 'Service of the templates.', required: true }),
    type: Flags.string({ summary: 'Only this type.', options: templateTypes }),
    archived: Flags.boolean({ summary: 'Archived ones too.' }),
  };

  protected async execute(): Promise<Outcome<readonly TemplateView[]>> {
    const { flags } = await this.parse(TemplatesList);
    return this.withApp(flags, async (app) => {
      const { listTemplates } = await import('../../lib/templates/show-template.ts');
      const templates = await listTemplates(app, {
        serviceId: flags.service,
        templateType: (flags.type as TemplateType | undefined) ?? null,
        archived: flags.archived,
      });
      return { result: templates.map(toTemplateView) };
    });
  }

  protected render(templates: readonly TemplateView[]): string {
    if (templates.length === 0) return 'The service has no such templates.';
    return table(templates.map(({ id, type, name, version, archived }) => ({ id, type, name, version, archived })));
  }
}
