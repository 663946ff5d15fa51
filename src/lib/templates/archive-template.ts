import type { Clock } from '../core/clock.ts';
import type { Database } from '../db/database.ts';
import { noSuchTemplate } from './show-template.ts';
import type { Template } from './template.ts';
import { lockTemplate, updateTemplate as saveTemplate } from './template-repository.ts';

/**
 * Archives a template for good, as a new version: it is still found by its id, but nothing can be sent with it. Doing it
 * again changes nothing.
 *
 * @param input.dryRun only finds out whether there is something to archive
 * @throws AppError NOT_FOUND
 */
export async function archiveTemplate(
  { db, clock }: { db: Database; clock: Clock },
  { templateId, dryRun = false }: { templateId: string; dryRun?: boolean },
): Promise<{ template: Template; alreadyArchived: boolean }> {
  return db.transaction(async (tx) => {
    const template = await lockTemplate(tx, templateId);
    if (template === null || template.hidden) throw noSuchTemplate(templateId);
    if (template.archived || dryRun) return { template, alreadyArchived: template.archived };
    const archived = await saveTemplate(tx, template.id, { archived: true }, clock.now());
    return { template: archived!, alreadyArchived: false };
  });
}
