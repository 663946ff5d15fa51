import { toApiDateTime, toApiDateTimeOrNull } from '../core/clock.ts';
import { templatePlaceholders } from './render-template.ts';
import type { TemplateDetails } from './template-details.ts';
import type { TemplateType } from './template.ts';

/** A template as the v2 API shows it; every key is always present (public API sheet §8). */
export interface TemplateDetailsView {
  readonly id: string;
  readonly type: TemplateType;
  readonly name: string;
  readonly created_at: string;
  /** Null until the template is changed. */
  readonly updated_at: string | null;
  readonly created_by: string;
  readonly version: number;
  readonly body: string;
  readonly subject: string | null;
  readonly personalisation: Readonly<Record<string, { readonly required: true }>>;
  readonly postage: string | null;
  readonly letter_contact_block: string | null;
}

export function toTemplateDetailsView(template: TemplateDetails): TemplateDetailsView {
  return {
    id: template.id,
    type: template.templateType,
    name: template.name,
    created_at: toApiDateTime(template.createdAt),
    updated_at: toApiDateTimeOrNull(template.updatedAt),
    created_by: template.createdByEmail,
    version: template.version,
    body: template.content,
    subject: template.subject,
    personalisation: Object.fromEntries(templatePlaceholders(template).map((name) => [name, { required: true }])),
    postage: template.postage,
    letter_contact_block: template.contactBlock,
  };
}
