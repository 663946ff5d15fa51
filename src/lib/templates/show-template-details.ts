import { AppError } from '../core/errors.ts';
import type { Queryable } from '../db/database.ts';
import { findTemplateDetails, findTemplateVersionDetails, listTemplateDetails } from './template-details-repository.ts';
import type { TemplateDetails } from './template-details.ts';
import type { TemplateType } from './template.ts';

/** The largest number that a version can have in the database. */
const maxVersion = 2_147_483_647;

/**
 * A template of this service, archived ones too, or one of its versions (public API sheet §8).
 *
 * @throws AppError NOT_FOUND, also when it is hidden or another service's
 */
export async function showTemplateDetails(
  { db }: { db: Queryable },
  { serviceId, templateId, version }: { serviceId: string; templateId: string; version?: number },
): Promise<TemplateDetails> {
  const template = await (version === undefined
    ? findTemplateDetails(db, serviceId, templateId)
    : version > maxVersion
      ? null
      : findTemplateVersionDetails(db, serviceId, templateId, version));
  if (template === null) throw new AppError('NOT_FOUND', 'No result found');
  return template;
}

/** The templates that this service can send with, by name, then type; all of them, or those of one type. */
export async function listUsableTemplates(
  { db }: { db: Queryable },
  { serviceId, templateType }: { serviceId: string; templateType: TemplateType | null },
): Promise<TemplateDetails[]> {
  return listTemplateDetails(db, serviceId, templateType);
}
