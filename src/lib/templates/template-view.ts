import { templatePlaceholders } from './render-template.ts';
import type { Template } from './template.ts';
import type { ChangedTemplateField } from './update-template.ts';

/** A template as commands print it. */
export interface TemplateView {
  readonly id: string;
  readonly service_id: string;
  readonly name: string;
  readonly type: string;
  readonly version: number;
  readonly subject: string | null;
  readonly content: string;
  readonly placeholders: readonly string[];
  readonly process_type: string;
  readonly postage: string | null;
  /** The contact block of letters. */
  readonly reply_to: string | null;
  /** The PDF that is printed after each letter. */
  readonly letter_attachment_id: string | null;
  readonly has_unsubscribe_link: boolean;
  readonly archived: boolean;
  readonly created_at: string;
  readonly updated_at: string | null;
}

export function toTemplateView(template: Template): TemplateView {
  return {
    id: template.id,
    service_id: template.serviceId,
    name: template.name,
    type: template.templateType,
    version: template.version,
    subject: template.subject,
    content: template.content,
    placeholders: templatePlaceholders(template),
    process_type: template.processType,
    postage: template.postage,
    reply_to: template.letterContactId,
    letter_attachment_id: template.letterAttachmentId,
    has_unsubscribe_link: template.hasUnsubscribeLink,
    archived: template.archived,
    created_at: template.createdAt.toISOString(),
    updated_at: template.updatedAt?.toISOString() ?? null,
  };
}

/** How commands name what an update changed. */
export const changedTemplateFields: Readonly<Record<ChangedTemplateField, string>> = {
  name: 'name',
  content: 'content',
  subject: 'subject',
  processType: 'process_type',
  postage: 'postage',
  letterContactId: 'reply_to',
  letterAttachmentId: 'letter_attachment_id',
  hasUnsubscribeLink: 'has_unsubscribe_link',
};

/** One version of a template in a list of them. */
export interface TemplateVersionView {
  readonly version: number;
  readonly name: string;
  readonly subject: string | null;
  readonly content: string;
  readonly process_type: string;
  readonly postage: string | null;
  readonly reply_to: string | null;
  readonly letter_attachment_id: string | null;
  readonly archived: boolean;
  readonly created_by_id: string;
  /** When this version was made. */
  readonly created_at: string;
}

export function toTemplateVersionView(template: Template): TemplateVersionView {
  return {
    version: template.version,
    name: template.name,
    subject: template.subject,
    content: template.content,
    process_type: template.processType,
    postage: template.postage,
    reply_to: template.letterContactId,
    letter_attachment_id: template.letterAttachmentId,
    archived: template.archived,
    created_by_id: template.createdById,
    created_at: (template.updatedAt ?? template.createdAt).toISOString(),
  };
}
