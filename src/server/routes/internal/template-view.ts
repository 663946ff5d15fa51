import type { App } from '../../../lib/app.ts';
import { toApiDateTime, toApiDateTimeOrNull } from '../../../lib/core/clock.ts';
import { findLetterContact } from '../../../lib/services/show-senders.ts';
import { showLetterAttachment } from '../../../lib/templates/show-letter-attachment.ts';
import { isTemplateRedacted } from '../../../lib/templates/show-template.ts';
import type { Template } from '../../../lib/templates/template.ts';
import { findUserById } from '../../../lib/users/show-user.ts';

/** A template as the internal API shows it (admin API sheet §4.7). */
export async function toInternalTemplateView(
  { db }: Pick<App, 'db'>,
  template: Template,
): Promise<Record<string, unknown>> {
  const { id, serviceId, templateType, letterContactId } = template;
  const isLetter = templateType === 'letter';
  const contact = letterContactId === null ? null : await findLetterContact({ db }, serviceId, letterContactId);
  const attachment = await showLetterAttachment({ db }, template);
  return {
    id,
    name: template.name,
    template_type: templateType,
    subject: template.subject,
    content: template.content,
    service: serviceId,
    created_by: template.createdById,
    created_at: toApiDateTime(template.createdAt),
    updated_at: toApiDateTimeOrNull(template.updatedAt),
    version: template.version,
    archived: template.archived,
    hidden: template.hidden,
    folder: null,
    postage: template.postage,
    reply_to: letterContactId,
    reply_to_text: contact?.value ?? null,
    redact_personalisation: await isTemplateRedacted({ db }, id),
    process_type: template.processType,
    is_precompiled_letter: isLetter && template.hidden,
    has_unsubscribe_link: template.hasUnsubscribeLink,
    letter_attachment: attachment && {
      id: attachment.id,
      original_filename: attachment.originalFilename,
      page_count: attachment.pageCount,
    },
    letter_languages: isLetter ? 'english' : null,
    letter_welsh_subject: null,
    letter_welsh_content: null,
  };
}

/** One version of a template, with who made it. */
export async function toInternalTemplateVersionView(app: Pick<App, 'db'>, version: Template): Promise<object> {
  const author = await findUserById(app, version.createdById);
  const createdBy = author && { id: author.id, name: author.name, email_address: author.emailAddress };
  return { ...(await toInternalTemplateView(app, version)), created_by: createdBy };
}
