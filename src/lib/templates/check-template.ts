import { AppError } from '../core/errors.ts';
import type { Queryable } from '../db/database.ts';
import { findLetterContact } from '../services/show-senders.ts';
import type { Service } from '../services/service.ts';
import { findLongQrCode } from './render-letter.ts';
import { renderSms } from './render-sms.ts';
import { hasSubject, smsCharacterLimit, type TemplateType } from './template.ts';

const channelNames: Readonly<Record<TemplateType, string>> = { sms: 'text message', email: 'email', letter: 'letter' };
const postages = ['first', 'second', 'economy'];

/** @throws AppError REFUSED when the service lacks the channel (admin API sheet §4.7) */
export function assertChannelAllowed(
  { permissions }: Service,
  templateType: TemplateType,
  action: 'Creating' | 'Updating',
): void {
  if (permissions.includes(templateType)) return;
  throw new AppError('REFUSED', `${action} ${channelNames[templateType]} templates is not allowed`, {
    hint: `The service lacks the permission '${templateType}'.`,
  });
}

/** What can be wrong in a template by itself. */
export interface TemplateFields {
  readonly templateType: TemplateType;
  readonly name: string;
  readonly content: string;
  readonly subject?: string | null;
  readonly postage?: string | null;
  readonly letterContactId?: string | null;
  readonly letterAttachmentId?: string | null;
  readonly hasUnsubscribeLink?: boolean;
}

/**
 * Checks what a template consists of (templating sheet §1).
 *
 * @throws AppError VALIDATION_FAILED with every problem
 */
export function assertTemplateFields(fields: TemplateFields): void {
  const problems = [...textProblems(fields), ...settingProblems(fields)];
  if (problems.length > 0)
    throw new AppError('VALIDATION_FAILED', problems.join('\n'), { details: { messages: problems } });
}

function textProblems({ templateType, name, content, subject }: TemplateFields): string[] {
  const problems: string[] = [];
  const trimmedName = name.trim();
  if (trimmedName.length === 0 || trimmedName.length > 255) problems.push('name: expected 1 to 255 characters');
  if (content.trim() === '') problems.push('content: expected a text that is not empty');
  if (hasSubject(templateType) && (subject ?? '').trim() === '') problems.push('subject: Invalid template subject');
  if (!hasSubject(templateType) && subject != null) problems.push('subject: text message templates have no subject');
  if (templateType === 'sms' && renderSms({ content, personalisation: {}, prefix: null }).tooLong) {
    problems.push(`content: Content has a character count greater than the limit of ${smsCharacterLimit}`);
  }
  if (templateType === 'letter' && findLongQrCode(content, {}) !== null) problems.push('content: qr-code-too-long');
  return problems;
}

function settingProblems(fields: TemplateFields): string[] {
  const { templateType, postage, letterContactId, letterAttachmentId, hasUnsubscribeLink } = fields;
  const problems: string[] = [];
  if (postage != null && !postages.includes(postage)) problems.push(`postage: expected one of ${postages.join(', ')}`);
  if (templateType !== 'letter') {
    if (postage != null) problems.push('postage: only letter templates have a postage');
    if (letterContactId != null) problems.push('reply_to: only letter templates have a contact block');
    if (letterAttachmentId != null) problems.push('letter_attachment: only letter templates have an attachment');
  }
  if (hasUnsubscribeLink === true && templateType !== 'email')
    problems.push('has_unsubscribe_link: only email templates have an unsubscribe link');
  return problems;
}

/** @throws AppError REQUEST_INVALID for a letter contact that the service does not have (admin API sheet §4.7) */
export async function assertLetterContact(
  { db }: { db: Queryable },
  serviceId: string,
  letterContactId: string | null,
): Promise<void> {
  if (letterContactId === null || (await findLetterContact({ db }, serviceId, letterContactId)) !== null) return;
  throw new AppError(
    'REQUEST_INVALID',
    `letter_contact_id ${letterContactId} does not exist in database for service id ${serviceId}`,
  );
}
