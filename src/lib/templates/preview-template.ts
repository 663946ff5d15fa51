import { AppError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { Database } from '../db/database.ts';
import { renderTemplate, type RenderedTemplate } from './render-template.ts';
import { showTemplate } from './show-template.ts';
import type { Template } from './template.ts';

/**
 * Renders a template with values, without sending anything.
 *
 * @throws AppError NOT_FOUND; REQUEST_INVALID naming missing values
 */
export async function previewTemplate(
  { db }: { db: Database },
  input: { templateId: string; version?: number; personalisation: JsonObject },
): Promise<{ template: Template; rendered: RenderedTemplate }> {
  const template = await showTemplate({ db }, input);
  const rendered = renderTemplate(template, input.personalisation);
  if (rendered.missing.length > 0) {
    throw new AppError('REQUEST_INVALID', `Missing personalisation: ${rendered.missing.join(', ')}`);
  }
  return { template, rendered };
}
