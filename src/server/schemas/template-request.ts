import { Type } from 'typebox';
import { templateTypes, type TemplateType } from '../../lib/templates/template.ts';
import { uuid } from './notification-response.ts';

/** What `/v2/template` and `/v2/templates` take (public API sheet §8); paths and queries are for the document only. */

export const templateParams = Type.Object({ id: uuid() });

export const templateVersionParams = Type.Object({ id: uuid(), version: Type.Integer({ minimum: 1 }) });

export const templateListQuery = Type.Object({
  type: Type.Optional(Type.Unsafe<TemplateType>({ type: 'string', enum: [...templateTypes] })),
});

/** Whatever else the body holds is not looked at. */
export const previewRequest = Type.Object(
  { personalisation: Type.Optional(Type.Object({}, { additionalProperties: true })) },
  { additionalProperties: true, title: 'POST v2/template/{id}/preview' },
);
