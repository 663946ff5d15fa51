import { AppError } from '../core/errors.ts';
import type { Database, Queryable } from '../db/database.ts';
import { requireService } from '../services/show-service.ts';
import type { Template, TemplateType } from './template.ts';
import { findServiceTemplate, findTemplate, findTemplateVersion, listServiceTemplates } from './template-repository.ts';

/** A template by id, or one of its versions. @throws AppError NOT_FOUND */
export async function showTemplate(
  { db }: { db: Database },
  input: { templateId: string; version?: number },
): Promise<Template> {
  const template = await findTemplate(db, input.templateId);
  if (template === null) throw new AppError('NOT_FOUND', `No template has the id '${input.templateId}'`);
  if (input.version === undefined || input.version === template.version) return template;
  const version = await findTemplateVersion(db, template.serviceId, template.id, input.version);
  if (version === null) {
    throw new AppError(
      'NOT_FOUND',
      `Template '${template.name}' has no version ${input.version}; its newest is ${template.version}`,
    );
  }
  return version;
}

/** The templates of a service by name. @throws AppError NOT_FOUND for an unknown service */
export async function listTemplates(
  { db }: { db: Database },
  input: { serviceId: string; templateType?: TemplateType | null; archived?: boolean },
): Promise<Template[]> {
  await requireService({ db }, input.serviceId);
  return listServiceTemplates(db, input.serviceId, {
    templateType: input.templateType ?? null,
    archived: input.archived ?? false,
  });
}

/** The newest version of a template of this service, or null: hidden and foreign templates are not found. */
export async function findTemplateOfService(
  { db }: { db: Queryable },
  serviceId: string,
  templateId: string,
): Promise<Template | null> {
  return findServiceTemplate(db, serviceId, templateId);
}

/** One version of a template of this service as it was, or null. */
export async function findTemplateVersionOfService(
  { db }: { db: Queryable },
  input: { serviceId: string; templateId: string; version: number },
): Promise<Template | null> {
  return findTemplateVersion(db, input.serviceId, input.templateId, input.version);
}
