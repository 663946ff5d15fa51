import { templatePlaceholders } from './render-template.ts';
import type { Template } from './template.ts';

/** A template as commands print it. */
export interface TemplateView {
  readonly id: string;
  readonly service_id: string;
  readonly name: string;
  readonly type: string;
  readonly version: number;
  readonly subject: string | null;
  readonly content: string;
  readonly placeholders: readonly string[];
  readonly process_type: string;
  readonly postage: string | null;
  readonly archived: boolean;
  readonly created_at: string;
  readonly updated_at: string | null;
}

export function toTemplateView(template: Template): TemplateView {
  return {
    id: template.id,
    service_id: template.serviceId,
    name: template.name,
    type: template.templateType,
    version: template.version,
    subject: template.subject,
    content: template.content,
    placeholders: templatePlaceholders(template),
    process_type: template.processType,
    postage: template.postage,
    archived: template.archived,
    created_at: template.createdAt.toISOString(),
    updated_at: template.updatedAt?.toISOString() ?? null,
  };
}
