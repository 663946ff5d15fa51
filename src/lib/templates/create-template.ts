import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import { violatedConstraint, type Database } from '../db/database.ts';
import { assertNotArchived, requireService } from '../services/show-service.ts';
import { systemUserId } from '../users/user.ts';
import { assertChannelAllowed, assertLetterContact, assertTemplateFields } from './check-template.ts';
import { hasSubject, type ProcessType, type Template, type TemplateType } from './template.ts';
import { insertTemplate } from './template-repository.ts';

export interface CreateTemplateInput {
  serviceId: string;
  name: string;
  templateType: TemplateType;
  content: string;
  subject?: string | null;
  processType?: ProcessType;
  postage?: string | null;
  /** The contact block of letters. */
  letterContactId?: string | null;
  hasUnsubscribeLink?: boolean;
  id?: string;
  createdById?: string;
}

/**
 * Creates version 1 of a template (admin API sheet §4.7).
 *
 * @throws AppError NOT_FOUND for an unknown service; REFUSED for an archived one, and when it lacks the channel;
 *   VALIDATION_FAILED for texts or settings that a template cannot have; REQUEST_INVALID for an unknown letter contact;
 *   CONFLICT for a taken id
 */
export async function createTemplate(
  { db, clock, ids }: { db: Database; clock: Clock; ids: Ids },
  input: CreateTemplateInput,
): Promise<Template> {
  const { templateType } = input;
  const service = await requireService({ db }, input.serviceId);
  assertNotArchived(service);
  assertChannelAllowed(service, templateType, 'Creating');
  assertTemplateFields(input);
  await assertLetterContact({ db }, service.id, input.letterContactId ?? null);
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
        letterContactId: input.letterContactId ?? null,
        letterAttachmentId: null,
        hasUnsubscribeLink: input.hasUnsubscribeLink ?? false,
        createdById: input.createdById ?? systemUserId,
        createdAt: clock.now(),
      }),
    );
  } catch (error) {
    if (violatedConstraint(error) === null) throw error;
    throw new AppError('CONFLICT', `The template id '${input.id ?? ''}' is taken`, { cause: error });
  }
}
