import { Type } from 'typebox';
import { templateTypes, type TemplateType } from '../../lib/templates/template.ts';
import { instant, nullable, uuid } from './notification-response.ts';

/** The answers about templates (public API sheet §8), for the document only. */

const text = Type.String();
const templateType = Type.Unsafe<TemplateType>({ type: 'string', enum: [...templateTypes] });
const version = Type.Integer({ minimum: 1 });
const subject = nullable(Type.String({ description: 'Null for a text message.' }));
const postage = nullable(Type.String({ description: 'Of a letter.' }));

/** The 200 of one template. */
export const templateAnswer = Type.Object(
  {
    id: uuid(),
    type: templateType,
    name: text,
    created_at: instant('When its first version was made.'),
    updated_at: nullable(instant('When this version was made; null for the first.')),
    created_by: Type.String({ description: 'Email address of whoever made this version.' }),
    version,
    body: Type.String({ description: 'With its placeholders.' }),
    subject,
    personalisation: Type.Unsafe({
      type: 'object',
      additionalProperties: Type.Object({ required: Type.Literal(true) }),
      description: 'The placeholders.',
    }),
    postage,
    letter_contact_block: nullable(Type.String({ description: 'Of a letter.' })),
  },
  { description: 'The template.' },
);

/** The 200 of the list. */
export const templateListAnswer = Type.Object(
  { templates: Type.Array(templateAnswer) },
  { description: 'Every template that the service can send with, by name.' },
);

/** The 200 of a preview. */
export const previewAnswer = Type.Object(
  {
    id: uuid(),
    type: templateType,
    version,
    body: Type.String({ description: 'With its placeholders filled; Markdown is kept.' }),
    subject,
    html: nullable(Type.String({ description: 'The message of an email as a fragment of HTML.' })),
    postage,
  },
  { description: 'The message as it would be sent.' },
);
