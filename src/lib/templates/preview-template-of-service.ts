import { AppError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { Queryable } from '../db/database.ts';
import { renderEmailHtmlBody } from './render-email.ts';
import { renderTemplate } from './render-template.ts';
import { showTemplateDetails } from './show-template-details.ts';
import type { TemplateType } from './template.ts';

/** A template with values put in, as the v2 API answers (public API sheet §8). */
export interface TemplatePreview {
  readonly id: string;
  readonly type: TemplateType;
  readonly version: number;
  readonly body: string;
  /** Null for sms; HTML-escaped for letters only. */
  readonly subject: string | null;
  /** The message of an email without layout or unsubscribe link, otherwise null. */
  readonly html: string | null;
  readonly postage: string | null;
}

/**
 * Renders a template of this service, an archived one too, without sending anything.
 *
 * @throws AppError NOT_FOUND; REQUEST_INVALID naming missing values, those of a letter's contact block first
 */
export async function previewTemplateOfService(
  { db }: { db: Queryable },
  { serviceId, templateId, personalisation }: { serviceId: string; templateId: string; personalisation: JsonObject },
): Promise<TemplatePreview> {
  const template = await showTemplateDetails({ db }, { serviceId, templateId });
  const { missing, body, subject } = renderTemplate(template, personalisation);
  if (missing.length > 0) throw new AppError('REQUEST_INVALID', `Missing personalisation: ${missing.join(', ')}`);
  const { id, templateType, version, content, postage } = template;
  const html = templateType === 'email' ? renderEmailHtmlBody({ content, personalisation }) : null;
  return { id, type: templateType, version, body, subject, html, postage };
}
