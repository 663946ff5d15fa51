import { Type, type Static } from 'typebox';
import { personalisation, reference, uuid } from './notification-request.ts';

/**
 * Bodies of `POST /v2/notifications/letter`. The order of the properties decides the order of error messages (public API
 * sheet §4.1).
 */

export const letterRequest = Type.Object(
  {
    reference: Type.Optional(reference()),
    template_id: uuid(),
    personalisation: personalisation(),
  },
  { additionalProperties: false, title: 'POST v2/notifications/letter' },
);
export type LetterRequest = Static<typeof letterRequest>;

export const precompiledLetterRequest = Type.Object(
  {
    reference: Type.String(),
    content: Type.String(),
    postage: Type.Optional(Type.String({ format: 'notify-postage' })),
  },
  { additionalProperties: false, title: 'POST v2/notifications/letter, with a PDF' },
);
export type PrecompiledLetterRequest = Static<typeof precompiledLetterRequest>;
