import { Type } from 'typebox';
import { broadcastStatuses } from '../../lib/broadcasts/broadcast-message.ts';
import { instant, nullable, uuid } from './notification-response.ts';

/** What `POST /v2/broadcast` takes and answers (broadcasts sheet §11), for the document: the body is read by rules of its own. */

export const capDocument = Type.String({
  description:
    'A CAP 1.2 document. `Alert` makes a broadcast of its first `info`; `Cancel` takes back the one that `references` names.',
});

const text = Type.String();
const texts = Type.Array(text);

/** The 201 of a CAP document. */
export const broadcastAnswer = Type.Object(
  {
    id: uuid(),
    reference: nullable(Type.String({ description: "CAP's `identifier`." })),
    cap_event: nullable(Type.String({ description: "CAP's `event`." })),
    service_id: uuid(),
    template_id: nullable(uuid()),
    template_version: nullable(Type.Integer()),
    template_name: nullable(text),
    personalisation: nullable(Type.Object({}, { additionalProperties: true })),
    content: Type.String({ description: "CAP's `description`." }),
    areas: Type.Object(
      {
        ids: Type.Optional(texts),
        names: Type.Optional(texts),
        aggregate_names: Type.Optional(texts),
        simple_polygons: Type.Optional(
          Type.Array(Type.Array(Type.Array(Type.Number(), { minItems: 2, maxItems: 2 })), {
            description: 'Rings of `[latitude, longitude]`, the last point as the first.',
          }),
        ),
      },
      { additionalProperties: true },
    ),
    status: Type.Unsafe<string>({ type: 'string', enum: [...broadcastStatuses] }),
    starts_at: nullable(instant('When it begins; null until it is approved.')),
    finishes_at: nullable(instant('When it ends; null until it is approved.')),
    created_at: instant('When it was made.'),
    approved_at: nullable(instant('When it was approved.')),
    cancelled_at: nullable(instant('When it was cancelled.')),
    updated_at: nullable(instant('When it was last changed.')),
    created_by_id: nullable(uuid()),
    approved_by_id: nullable(uuid()),
    cancelled_by_id: nullable(uuid()),
  },
  { description: 'The broadcast: waiting for approval, or, of a cancellation, rejected or cancelled.' },
);
