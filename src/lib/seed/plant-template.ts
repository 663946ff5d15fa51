import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { given } from '../core/given.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import { createTemplate } from '../templates/create-template.ts';
import { redactTemplate } from '../templates/redact-template.ts';
import { findTemplateById } from '../templates/show-template.ts';
import { updateTemplate } from '../templates/update-template.ts';
import type { Outcome } from './planting.ts';
import type { SeedTemplate } from './seed.ts';

/** Makes a template, or a new version of one that differs. */
export async function plantTemplate(
  deps: { db: Database; clock: Clock; ids: Ids },
  serviceId: string,
  { id, name, templateType, content, isRedacted, ...seed }: SeedTemplate,
): Promise<Outcome> {
  const settings = given({
    subject: seed.subject,
    processType: seed.processType,
    postage: seed.postage,
    letterContactId: seed.letterContactId,
    hasUnsubscribeLink: seed.hasUnsubscribeLink,
  });
  const existing = await findTemplateById(deps, id);
  if (existing === null) {
    await createTemplate(deps, { id, serviceId, name, templateType, content, ...settings });
    if (isRedacted) await redactTemplate(deps, { templateId: id });
    return 'created';
  }
  if (existing.serviceId !== serviceId || existing.templateType !== templateType)
    throw new AppError('CONFLICT', `The id '${id}' is that of another service's or another type's template`);
  if (existing.archived) return 'gone';
  const { changed } = await updateTemplate(deps, { templateId: id, name, content, ...settings });
  const isNewlyRedacted = isRedacted && !(await redactTemplate(deps, { templateId: id })).alreadyRedacted;
  return changed.length > 0 || isNewlyRedacted ? 'changed' : 'unchanged';
}
