import { Type } from 'typebox';
import { broadcastChannels } from '../../lib/broadcasts/channel.ts';
import { broadcastStatuses } from '../../lib/broadcasts/broadcast-message.ts';
import { broadcastProviders } from '../../lib/broadcasts/provider-message.ts';
import { parseUuid } from '../../lib/core/ids.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/core/json.ts';
import { pythonText } from '../../lib/templates/python-text.ts';
import { describeProblems } from './describe-problems.ts';
import { readIsoDateTime, type FormatCheck } from './formats.ts';
import { validationFailed } from './validation-failed.ts';

/** What the internal API takes about broadcasts (broadcasts sheet §11). */

const id = Type.String({ format: 'notify-uuid' });
const oneOf = (values: readonly string[]) => Type.Unsafe<string>({ type: 'string', enum: [...values] });
const optionalTime = Type.Optional(
  Type.Unsafe<string>({ anyOf: [{ type: 'string', format: 'notify-time' }, { type: 'null' }] }),
);
const object = Type.Object({}, { additionalProperties: true });

export const newBroadcast = Type.Object(
  {
    service_id: id,
    created_by: id,
    template_id: Type.Optional(id),
    content: Type.Optional(Type.String()),
    reference: Type.Optional(Type.String({ maxLength: 255 })),
    personalisation: Type.Optional(object),
    starts_at: optionalTime,
    finishes_at: optionalTime,
    areas: Type.Optional(object),
  },
  { additionalProperties: false },
);

export const broadcastChanges = Type.Object(
  {
    personalisation: Type.Optional(object),
    starts_at: optionalTime,
    finishes_at: optionalTime,
    areas: Type.Optional(object),
  },
  { additionalProperties: false },
);

export const broadcastMove = Type.Object(
  { status: oneOf(broadcastStatuses), created_by: id },
  { additionalProperties: false },
);

export const broadcastService = Type.Object(
  {
    broadcast_channel: oneOf(broadcastChannels),
    service_mode: oneOf(['training', 'live']),
    provider_restriction: oneOf([...broadcastProviders, 'all']),
  },
  { additionalProperties: false },
);

const formats: Readonly<Record<string, FormatCheck>> = {
  'notify-uuid': (text) => (parseUuid(text) === null ? 'is not a valid UUID' : null),
  'notify-time': (text) =>
    readIsoDateTime(text) === null
      ? 'datetime format is invalid. It must be a valid ISO8601 date time format, https://en.wikipedia.org/wiki/ISO_8601'
      : null,
};

/** A body that fits. @throws AppError VALIDATION_FAILED with one message per problem */
export function readBroadcastBody(schema: object, body: unknown): JsonObject {
  const problems = problemsOf(schema, body);
  if (problems.length > 0 || !isJsonObject(body)) throw validationFailed(problems);
  return body;
}

function problemsOf(schema: object, body: unknown): string[] {
  return describeProblems(schema, body as JsonValue, formats);
}

/** `readBroadcastBody` for a new message, which comes of a template, or of a text and its reference. */
export function readNewBroadcast(body: unknown): JsonObject {
  const problems = problemsOf(newBroadcast, body);
  if (!isJsonObject(body)) throw validationFailed(problems);
  const own = body;
  const alternatives = (['content', 'reference'] as const).flatMap((name) => describeAlternatives(own, name));
  const empty = body['reference'] === '' ? ['reference  is too short'] : [];
  const all = [...problems, ...empty, ...alternatives];
  if (all.length > 0) throw validationFailed(all);
  return body;
}

function describeAlternatives(body: JsonObject, name: string): string[] {
  const given = [name, 'template_id'].filter((field) => body[field] !== undefined);
  if (given.length === 1) return [];
  const shown = pythonText(body).replaceAll("'", '');
  if (given.length === 0) return [`${shown} is not valid under any of the given schemas`];
  return [`${shown} is valid under each of {required: [template_id]}, {required: [${name}]}`];
}

/** A time as if it were UTC, whatever zone it names; undefined when it is left out. */
export function timeIn(body: JsonObject, name: string): Date | null | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  return typeof value === 'string' ? new Date(readIsoDateTime(value)!) : null;
}
