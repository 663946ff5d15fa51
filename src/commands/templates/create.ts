import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidFlag } from '../../lib/cli/flags.ts';
import { readContent } from '../../lib/cli/read-content.ts';
import { facts } from '../../lib/cli/table.ts';
import { templateTypes, type ProcessType, type TemplateType } from '../../lib/templates/template.ts';
import { toTemplateView, type TemplateView } from '../../lib/templates/template-view.ts';

export default class TemplatesCreate extends BaseCommand<TemplateView> {
  static override summary = 'Create a template.';
  static override description =
    'Placeholders are written ((name)). The content may come from a file (@file) or standard input (-).';
  static override examples = [
    '<%= config.bin %> templates create --service 018f2f6e-7c1a-7000-8000-000000000000 --type sms --name Reminder --content "Hi ((name)), see you tomorrow"',
    '<%= config.bin %> templates create --service 018f2f6e-7c1a-7000-8000-000000000000 --type email --name Receipt --subject "Your receipt" --content @receipt.md',
  ];
  static override flags = {
    service: uuidFlag({ summary: 'Service of the template.', required: true }),
    type: Flags.string({ summary: 'Type of message.', required: true, options: templateTypes }),
    name: Flags.string({ summary: 'Name.', required: true }),
    content: Flags.string({ summary: 'Content, @file, or - for standard input.', required: true, helpValue: 'TEXT' }),
    subject: Flags.string({ summary: 'Subject; for emails and letters.' }),
    'process-type': Flags.string({
      summary: 'priority sends ahead of large jobs.',
      options: ['normal', 'priority'],
      default: 'normal',
    }),
    postage: Flags.string({ summary: 'Postage of letters.', options: ['first', 'second', 'economy'] }),
    'reply-to': uuidFlag({ summary: 'Letter contact of letters.' }),
    'unsubscribe-link': Flags.boolean({ summary: 'End emails with a link to unsubscribe.' }),
    id: uuidFlag({ summary: 'Id to use instead of a new one.' }),
  };

  protected async execute(): Promise<Outcome<TemplateView>> {
    const { flags } = await this.parse(TemplatesCreate);
    const content = await readContent(flags.content, '--content');
    return this.withApp(flags, async (app) => {
      const { createTemplate } = await import('../../lib/templates/create-template.ts');
      const template = await createTemplate(app, {
        serviceId: flags.service,
        name: flags.name,
        templateType: flags.type as TemplateType,
        content,
        subject: flags.subject ?? null,
        processType: flags['process-type'] as ProcessType,
        postage: flags.postage ?? null,
        letterContactId: flags['reply-to'] ?? null,
        // Without the flag there is no value, whatever its type says.
        hasUnsubscribeLink: Boolean(flags['unsubscribe-link']),
        ...(flags.id !== undefined && { id: flags.id }),
      });
      return { result: toTemplateView(template) };
    });
  }

  protected render({ id, name, type, placeholders }: TemplateView): string {
    return facts({ id, name, type, placeholders: placeholders.join(', ') || null });
  }
}
