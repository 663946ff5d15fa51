import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg } from '../../lib/cli/flags.ts';
import { facts, table } from '../../lib/cli/table.ts';
import { counted } from '../../lib/core/counted.ts';
import {
  toTemplateVersionView,
  toTemplateView,
  type TemplateVersionView,
  type TemplateView,
} from '../../lib/templates/template-view.ts';

interface Shown extends TemplateView {
  readonly redact_personalisation: boolean;
  /** What is printed after each letter. */
  readonly letter_attachment: {
    readonly id: string;
    readonly original_filename: string;
    readonly page_count: number;
  } | null;
}

interface Versions {
  readonly id: string;
  readonly service_id: string;
  readonly versions: readonly TemplateVersionView[];
}

export default class TemplatesShow extends BaseCommand<Shown | Versions> {
  static override summary = 'Show a template, one of its versions, or a list of them.';
  static override examples = [
    '<%= config.bin %> templates show 018f2f6e-7c1a-7000-8000-000000000000 --version 1',
    '<%= config.bin %> templates show 018f2f6e-7c1a-7000-8000-000000000000 --versions',
  ];
  static override args = { id: uuidArg({ description: 'id of the template', required: true }) };
  static override flags = {
    version: Flags.integer({ summary: 'Version instead of the newest.', min: 1 }),
    versions: Flags.boolean({ summary: 'List all versions, the newest first.', exclusive: ['version'] }),
  };

  protected async execute(): Promise<Outcome<Shown | Versions>> {
    const { args, flags } = await this.parse(TemplatesShow);
    return this.withApp(flags, async (app) => {
      const { isTemplateRedacted, listTemplateVersions, showTemplate } =
        await import('../../lib/templates/show-template.ts');
      if (flags.versions) {
        const versions = await listTemplateVersions(app, { templateId: args.id });
        const { id, serviceId } = versions[0]!;
        return { result: { id, service_id: serviceId, versions: versions.map(toTemplateVersionView) } };
      }
      const template = await showTemplate(app, {
        templateId: args.id,
        ...(flags.version !== undefined && { version: flags.version }),
      });
      const { showLetterAttachment } = await import('../../lib/templates/show-letter-attachment.ts');
      const attachment = await showLetterAttachment(app, template);
      return {
        result: {
          ...toTemplateView(template),
          redact_personalisation: await isTemplateRedacted(app, template.id),
          letter_attachment: attachment && {
            id: attachment.id,
            original_filename: attachment.originalFilename,
            page_count: attachment.pageCount,
          },
        },
      };
    });
  }

  protected render(result: Shown | Versions): string {
    return 'versions' in result ? renderVersions(result) : renderTemplate(result);
  }
}

function renderVersions({ versions }: Versions): string {
  return table(
    versions.map(({ version, created_at, name, subject, archived }) => ({
      version,
      created_at,
      name,
      subject,
      archived,
    })),
  );
}

function renderTemplate(template: Shown): string {
  const head = facts({
    id: template.id,
    name: template.name,
    type: template.type,
    version: template.version,
    placeholders: template.placeholders.join(', ') || null,
    'process type': template.process_type,
    postage: template.postage ?? undefined,
    'letter contact': template.reply_to ?? undefined,
    attachment: template.letter_attachment === null ? undefined : attachmentText(template.letter_attachment),
    'unsubscribe link': template.has_unsubscribe_link || undefined,
    redacted: template.redact_personalisation || undefined,
    archived: template.archived,
    subject: template.subject ?? undefined,
  });
  return `${head}\n\n${template.content}`;
}

function attachmentText({ original_filename, page_count }: NonNullable<Shown['letter_attachment']>): string {
  return `${original_filename} (${counted(page_count, 'page')})`;
}
