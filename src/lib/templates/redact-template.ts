import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import { systemUserId } from '../users/user.ts';
import { noSuchTemplate } from './show-template.ts';
import type { Template } from './template.ts';
import { lockTemplate, setRedacted } from './template-repository.ts';

/**
 * Hides the values in shown copies of messages sent with a template, for good and without a new version (templating
 * sheet §1); delivery is not affected. Doing it again changes nothing.
 *
 * @throws AppError NOT_FOUND
 */
export async function redactTemplate(
  { db, clock }: { db: Database; clock: Clock },
  { templateId, redactedById = systemUserId }: { templateId: string; redactedById?: string },
): Promise<{ template: Template; alreadyRedacted: boolean }> {
  return db.transaction(async (tx) => {
    const template = await lockTemplate(tx, templateId);
    if (template === null || template.hidden) throw noSuchTemplate(templateId);
    const isNew = await setRedacted(tx, template.id, redactedById, clock.now());
    return { template, alreadyRedacted: !isNew };
  });
}
