import { basename } from 'node:path';
import { Flags } from '@oclif/core';
import type { App } from '../../lib/app.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { requireSomeFlag, uuidArg } from '../../lib/cli/flags.ts';
import { readContent } from '../../lib/cli/read-content.ts';
import { readInput } from '../../lib/cli/read-input.ts';
import { AppError } from '../../lib/core/errors.ts';
import { given } from '../../lib/core/given.ts';
import { parseUuid } from '../../lib/core/ids.ts';
import type { ProcessType, Template } from '../../lib/templates/template.ts';
import { changedTemplateFields, toTemplateView, type TemplateView } from '../../lib/templates/template-view.ts';
import type { ChangedTemplateField, UpdateTemplateInput } from '../../lib/templates/update-template.ts';

interface Result extends TemplateView {
  /** The fields that were not so already. */
  readonly changed: readonly string[];
}

export default class TemplatesUpdate extends BaseCommand<Result> {
  static override summary = 'Change a template.';
  static override description = `Every change is a new version; messages sent before keep theirs. What is so already makes none and exits 0.
--attachment has a PDF printed after every letter of the template: pages of A4, with nothing outside the printable area; with the letter, 10 at most.
--redact hides the values in shown copies of its messages, for good and without a new version; it stands alone.`;
  static override examples = [
    '<%= config.bin %> templates update 018f2f6e-7c1a-7000-8000-000000000000 --name Reminder --content @reminder.md',
    '<%= config.bin %> templates update 018f2f6e-7c1a-7000-8000-000000000000 --postage first --reply-to none',
    '<%= config.bin %> templates update 018f2f6e-7c1a-7000-8000-000000000000 --attachment form.pdf',
    '<%= config.bin %> templates update 018f2f6e-7c1a-7000-8000-000000000000 --redact',
  ];
  static override args = { id: uuidArg({ description: 'id of the template', required: true }) };
  static override flags = {
    name: Flags.string({ summary: 'Name.' }),
    content: Flags.string({ summary: 'Content, @file, or - for standard input.', helpValue: 'TEXT' }),
    subject: Flags.string({ summary: 'Subject; for emails and letters.' }),
    'process-type': Flags.string({
      summary: 'priority sends ahead of large jobs.',
      options: ['normal', 'priority'],
    }),
    postage: Flags.string({ summary: 'Postage of letters.', options: ['first', 'second', 'economy'] }),
    'reply-to': Flags.string({ summary: 'Letter contact of letters; none for blank.', helpValue: 'UUID|none' }),
    'unsubscribe-link': Flags.boolean({ summary: 'End emails with a link to unsubscribe.', allowNo: true }),
    attachment: Flags.string({
      summary: 'PDF to print after each letter, in place of the one that there is.',
      helpValue: 'FILE',
      exclusive: ['no-attachment'],
    }),
    'no-attachment': Flags.boolean({ summary: 'Print nothing after its letters.' }),
    redact: Flags.boolean({
      summary: 'Hide the values in shown copies of its messages, for good.',
      exclusive: [
        ...['name', 'content', 'subject', 'process-type', 'postage', 'reply-to', 'unsubscribe-link'],
        ...['attachment', 'no-attachment'],
      ],
    }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(TemplatesUpdate);
    requireSomeFlag(flags, Object.keys(TemplatesUpdate.flags));
    const replyTo = readReplyTo(flags['reply-to']);
    const content = flags.content === undefined ? undefined : await readContent(flags.content, '--content');
    const attachment = await readAttachment(flags.attachment);
    return this.withApp(flags, async (app) => {
      if (flags.redact) {
        const { redactTemplate } = await import('../../lib/templates/redact-template.ts');
        const { template, alreadyRedacted } = await redactTemplate(app, { templateId: args.id });
        const changed = alreadyRedacted ? [] : ['redact_personalisation'];
        return { result: { ...toTemplateView(template), changed } };
      }
      const changes: UpdateTemplateInput = {
        templateId: args.id,
        ...given({
          name: flags.name,
          content,
          subject: flags.subject,
          processType: flags['process-type'] as ProcessType | undefined,
          postage: flags.postage,
          letterContactId: replyTo,
          hasUnsubscribeLink: flags['unsubscribe-link'],
          letterAttachment: flags['no-attachment'] ? null : undefined,
        }),
      };
      const { template, changed } = await this.update(app, changes, attachment);
      return { result: { ...toTemplateView(template), changed: changed.map((field) => changedTemplateFields[field]) } };
    });
  }

  private async update(
    app: App,
    changes: UpdateTemplateInput,
    attachment: Attachment | null,
  ): Promise<{ template: Template; changed: readonly ChangedTemplateField[] }> {
    if (attachment === null) {
      const { updateTemplate } = await import('../../lib/templates/update-template.ts');
      return updateTemplate(app, changes);
    }
    const { attachToTemplate } = await import('../../lib/letters/attach-to-template.ts');
    const { remarks, ...updated } = await attachToTemplate(app, { ...changes, ...attachment });
    for (const remark of remarks) this.addWarning(`The attachment is unusual: ${remark}`);
    return updated;
  }

  protected render({ name, changed, version }: Result): string {
    if (changed.length === 0) return `'${name}' was so already.`;
    return `Changed ${changed.join(', ')} of '${name}', which is now version ${version}.`;
  }
}

interface Attachment {
  readonly pdf: Uint8Array;
  readonly filename: string;
}

async function readAttachment(file: string | undefined): Promise<Attachment | null> {
  if (file === undefined) return null;
  return { pdf: await readInput(file, '--attachment'), filename: file === '-' ? 'attachment.pdf' : basename(file) };
}

function readReplyTo(text: string | undefined): string | null | undefined {
  if (text === undefined) return undefined;
  if (text === 'none') return null;
  const id = parseUuid(text);
  if (id === null) throw new AppError('USAGE_INVALID', `--reply-to is '${text}': expected a UUID or none`);
  return id;
}
