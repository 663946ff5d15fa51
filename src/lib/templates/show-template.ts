import { AppError } from '../core/errors.ts';
import { uncached, type ServiceCache } from '../cache/service-cache.ts';
import type { Database, Queryable } from '../db/database.ts';
import { requireService } from '../services/show-service.ts';
import type { Template, TemplateType } from './template.ts';
import {
  findServiceTemplate,
  findTemplate,
  findTemplateVersion,
  isRedacted,
  listServiceTemplates,
  listVersions,
} from './template-repository.ts';

/** A template by id, or one of its versions. @throws AppError NOT_FOUND */
export async function showTemplate(
  { db }: { db: Database },
  input: { templateId: string; version?: number },
): Promise<Template> {
  const template = await findTemplate(db, input.templateId);
  if (template === null) throw noSuchTemplate(input.templateId);
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

/** A template that there may be, archived ones included; null when there is none. */
export async function findTemplateById({ db }: { db: Queryable }, id: string): Promise<Template | null> {
  return findTemplate(db, id);
}

export function noSuchTemplate(id: string): AppError {
  return new AppError('NOT_FOUND', `No template has the id '${id}'`);
}

/** All versions of a template, the newest first. @throws AppError NOT_FOUND */
export async function listTemplateVersions(
  { db }: { db: Database },
  { templateId }: { templateId: string },
): Promise<Template[]> {
  const { serviceId } = await showTemplate({ db }, { templateId });
  return listVersions(db, serviceId, templateId);
}

/** True when shown copies of messages sent with this template hide their values. */
export async function isTemplateRedacted({ db }: { db: Queryable }, templateId: string): Promise<boolean> {
  return isRedacted(db, templateId);
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
  { db, cache }: { db: Queryable; cache: ServiceCache },
  serviceId: string,
  templateId: string,
): Promise<Template | null> {
  return cache.read(serviceId, `template ${templateId}`, () => findServiceTemplate(db, serviceId, templateId));
}

/** One version of a template of this service as it was, or null. */
export async function findTemplateVersionOfService(
  { db, cache = uncached }: { db: Queryable; cache?: ServiceCache },
  { serviceId, templateId, version }: { serviceId: string; templateId: string; version: number },
): Promise<Template | null> {
  return cache.read(serviceId, `template ${templateId} version ${version}`, () =>
    findTemplateVersion(db, serviceId, templateId, version),
  );
}
