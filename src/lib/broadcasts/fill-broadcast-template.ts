import { uncached } from '../cache/service-cache.ts';
import { AppError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { Queryable } from '../db/database.ts';
import { fillPlaceholders } from '../templates/fill-placeholders.ts';
import { missingPersonalisation, placeholderNames } from '../templates/placeholders.ts';
import { findTemplateOfService, findTemplateVersionOfService, noSuchTemplate } from '../templates/show-template.ts';

export interface FilledBroadcastTemplate {
  readonly templateId: string;
  readonly templateVersion: number;
  readonly content: string;
}

/**
 * The text that a template of the service makes, white space and letters as they come.
 *
 * @param version of the template; the newest without one
 * @throws AppError NOT_FOUND for an unknown or foreign template; REQUEST_INVALID for a missing value, or a template of
 *   emails or letters
 */
export async function fillBroadcastTemplate(
  { db }: { db: Queryable },
  input: { serviceId: string; templateId: string; version?: number; personalisation: JsonObject },
): Promise<FilledBroadcastTemplate> {
  const { serviceId, templateId, version, personalisation } = input;
  const template =
    version === undefined
      ? await findTemplateOfService({ db, cache: uncached }, serviceId, templateId)
      : await findTemplateVersionOfService({ db }, { serviceId, templateId, version });
  if (template === null) throw noSuchTemplate(templateId);
  if (template.subject !== null)
    throw new AppError('REQUEST_INVALID', `Template '${template.name}' is not a template of texts`);
  const missing = missingPersonalisation(placeholderNames(template.content), personalisation);
  if (missing.length > 0) throw new AppError('REQUEST_INVALID', `Missing personalisation: ${missing.join(', ')}`);
  const content = fillPlaceholders(template.content, personalisation, {
    escape: false,
    lists: 'prose',
    unfilled: 'text',
  });
  return { templateId, templateVersion: template.version, content };
}
