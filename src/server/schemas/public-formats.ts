import { ukPostages } from '../../lib/letters/postage.ts';

/** What the formats of `createFormats` are called outside, where only some of them have a name. */
const publicNames: Readonly<Record<string, object>> = {
  'notify-uuid': { format: 'uuid' },
  'notify-email': { format: 'email' },
  'notify-phone': { description: 'A phone number as people write it; a foreign one with its country code.' },
  'notify-https-url': { format: 'uri', pattern: '^https://' },
  'notify-postage': { enum: [...ukPostages] },
  'notify-schedule': { format: 'date-time' },
};

/** The same schema, all the way down, with formats that other programs know. */
export function publicFormats<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(publicFormats) as T;
  if (typeof schema !== 'object' || schema === null) return schema;
  const members = Object.entries(schema).flatMap(([key, value]) =>
    key === 'format' && typeof value === 'string'
      ? Object.entries(publicNames[value] ?? { format: value })
      : [[key, publicFormats<unknown>(value)]],
  );
  return Object.fromEntries(members) as T;
}
