import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Database, Queryable } from '../db/database.ts';
import { requireService } from '../services/show-service.ts';
import { systemUserId } from '../users/user.ts';
import { assertChannelAllowed, assertLetterContact, assertTemplateFields } from './check-template.ts';
import type { NewLetterAttachment } from './letter-attachment.ts';
import { archiveLetterAttachment, insertLetterAttachment } from './letter-attachment-repository.ts';
import { noSuchTemplate } from './show-template.ts';
import type { ProcessType, Template } from './template.ts';
import { lockTemplate, updateTemplate as saveTemplate, type TemplateChanges } from './template-repository.ts';

/** What changes; what is left out stays. */
export interface UpdateTemplateInput {
  templateId: string;
  name?: string;
  content?: string;
  subject?: string;
  processType?: ProcessType;
  postage?: string;
  /** Null = no contact block. */
  letterContactId?: string | null;
  /** A PDF that was checked and stored, in place of the one that there is; null = none. */
  letterAttachment?: NewLetterAttachment | null;
  hasUnsubscribeLink?: boolean;
  /** Who made the new version; without it, the author stays. */
  updatedById?: string;
}

/** What of a template an update changed. */
export type ChangedTemplateField = Exclude<keyof TemplateChanges, 'archived' | 'createdById'>;

/**
 * Changes a template as a new version (admin API sheet §4.7); when everything is so already, there is none.
 *
 * @throws AppError NOT_FOUND; REFUSED for an archived template, and when the service lacks the channel;
 *   VALIDATION_FAILED for texts or settings that it cannot have; REQUEST_INVALID for an unknown letter contact
 */
export async function updateTemplate(
  { db, clock }: { db: Database; clock: Clock },
  { templateId, updatedById, letterAttachment, ...input }: UpdateTemplateInput,
): Promise<{ template: Template; changed: ChangedTemplateField[] }> {
  return db.transaction(async (tx) => {
    const template = await lockTemplate(tx, templateId);
    if (template === null || template.hidden) throw noSuchTemplate(templateId);
    if (template.archived) throw new AppError('REFUSED', 'Template has been deleted');
    const service = await requireService({ db: tx }, template.serviceId);
    assertChannelAllowed(service, template.templateType, 'Updating');

    const wanted = {
      ...input,
      ...(input.name !== undefined && { name: input.name.trim() }),
      ...(letterAttachment !== undefined && { letterAttachmentId: letterAttachment?.id ?? null }),
    };
    const changes = Object.fromEntries(
      Object.entries(wanted).filter(
        ([field, value]) => value !== undefined && template[field as keyof Template] !== value,
      ),
    ) as TemplateChanges;
    const changed = Object.keys(changes) as ChangedTemplateField[];
    if (changed.length === 0) return { template, changed };
    assertTemplateFields({ ...template, ...changes });
    if (changes.letterContactId !== undefined) {
      await assertLetterContact({ db: tx }, template.serviceId, changes.letterContactId);
    }
    const author = updatedById === undefined ? {} : { createdById: updatedById };
    const at = clock.now();
    if (changes.letterAttachmentId !== undefined)
      await replaceAttachment(tx, template, letterAttachment ?? null, { by: updatedById ?? systemUserId, at });
    return { template: (await saveTemplate(tx, template.id, { ...changes, ...author }, at))!, changed };
  });
}

/** The file of the old one stays: letters of earlier versions are printed with it. */
async function replaceAttachment(
  tx: Queryable,
  { serviceId, letterAttachmentId: old }: Template,
  attachment: NewLetterAttachment | null,
  { by, at }: { by: string; at: Date },
): Promise<void> {
  if (attachment !== null)
    await insertLetterAttachment(tx, { ...attachment, serviceId, createdById: by, createdAt: at });
  if (old !== null) await archiveLetterAttachment(tx, { serviceId, id: old, archivedById: by, at });
}
