import { Type } from 'typebox';
import { instant, uuid } from './notification-response.ts';

/** Query and answer of `GET /v2/received-text-messages` (public API sheet §9), for the document only. */

const uri = (description: string): ReturnType<typeof Type.String> => Type.String({ format: 'uri', description });

export const receivedTextsQuery = Type.Object({
  older_than: Type.Optional(uuid('The id of the last one that was seen.')),
});

/** The 200. */
export const receivedTextsAnswer = Type.Object(
  {
    received_text_messages: Type.Array(
      Type.Object({
        id: uuid(),
        created_at: instant('When it was stored.'),
        service_id: uuid(),
        notify_number: Type.String({ description: 'The number of the service.' }),
        user_number: Type.String({ description: 'The sender.' }),
        content: Type.String(),
      }),
      { maxItems: 250 },
    ),
    links: Type.Object({
      current: uri('The newest page.'),
      next: Type.Optional(uri('The page of older ones; absent when this one is empty.')),
    }),
  },
  { description: 'Up to 250 received texts, the newest first.' },
);
