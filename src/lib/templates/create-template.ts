import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import { violatedConstraint, type Database } from '../db/database.ts';
import { requireService } from '../services/show-service.ts';
import { systemUserId } from '../users/user.ts';
import { renderSms } from './render-sms.ts';
import { hasSubject, smsCharacterLimit, type ProcessType, type Template, type TemplateType } from './template.ts';
import { insertTemplate } from './template-repository.ts';

export interface CreateTemplateInput {
  serviceId: string;
  name: string;
  templateType: TemplateType;
  content: string;
  subject?: string | null;
  processType?: ProcessType;
  postage?: string | null;
  hasUnsubscribeLink?: boolean;
  id?: string;
  createdById?: string;
}

const channelNames: Readonly<Record<TemplateType, string>> = { sms: 'text message', email: 'email', letter: 'letter' };
const postages = ['first', 'second', 'economy'];

/**
 * Creates version 1 of a template.
 *
 * @throws AppError NOT_FOUND for an unknown service; REFUSED when the service lacks the channel; VALIDATION_FAILED for a
 *   missing subject, a text over 918 characters with placeholders counted as none, a wrong postage; CONFLICT for a taken id
 */
export async function createTemplate(
  { db, clock, ids }: { db: Database; clock: Clock; ids: Ids },
  input: CreateTemplateInput,
): Promise<Template> {
  const { templateType } = input;
  const service = await requireService({ db }, input.serviceId);
  if (!service.permissions.includes(templateType)) {
    throw new AppError('REFUSED', `Creating ${channelNames[templateType]} templates is not allowed`, {
      hint: `The service lacks the permission '${templateType}'.`,
    });
  }
  checkTexts(input);
  try {
    return await db.transaction((tx) =>
      insertTemplate(tx, {
        id: input.id ?? ids.uuid(),
        serviceId: service.id,
        name: input.name.trim(),
        templateType,
        content: input.content,
        subject: hasSubject(templateType) ? (input.subject ?? null) : null,
        archived: false,
        hidden: false,
        processType: input.processType ?? 'normal',
        postage: templateType === 'letter' ? (input.postage ?? 'second') : null,
        hasUnsubscribeLink: templateType === 'email' && (input.hasUnsubscribeLink ?? false),
        createdById: input.createdById ?? systemUserId,
        createdAt: clock.now(),
      }),
    );
  } catch (error) {
    if (violatedConstraint(error) === null) throw error;
    throw new AppError('CONFLICT', `The template id '${input.id ?? ''}' is taken`, { cause: error });
  }
}

function checkTexts({ name, templateType, content, subject, postage }: CreateTemplateInput): void {
  const problems: string[] = [];
  const trimmedName = name.trim();
  if (trimmedName.length === 0 || trimmedName.length > 255) problems.push('name: expected 1 to 255 characters');
  if (content.trim() === '') problems.push('content: expected a text that is not empty');
  if (hasSubject(templateType) && (subject ?? '').trim() === '') problems.push('subject: Invalid template subject');
  if (!hasSubject(templateType) && subject != null) problems.push('subject: text message templates have no subject');
  if (templateType === 'sms' && renderSms({ content, personalisation: {}, prefix: null }).tooLong) {
    problems.push(`content: Content has a character count greater than the limit of ${smsCharacterLimit}`);
  }
  if (postage != null && !postages.includes(postage)) problems.push(`postage: expected one of ${postages.join(', ')}`);
  if (problems.length > 0)
    throw new AppError('VALIDATION_FAILED', problems.join('\n'), { details: { messages: problems } });
}
