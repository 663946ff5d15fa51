import type { JsonObject, JsonValue } from '../core/json.ts';
import { placeholderKey } from './placeholders.ts';
import { replaceUrlLike } from './url-like.ts';

export interface SanitisedPersonalisation {
  /** What the notification is rendered with. */
  readonly personalisation: JsonObject;
  /** The values that were changed, under their keys as sent. */
  readonly changes: Readonly<Record<string, { readonly unsanitised: string; readonly sanitised: string }>>;
}

/**
 * Takes links and markdown out of the values that a caller does not trust: `sanitise_content_for` (public API sheet
 * §4.6). Keys match as placeholders do; unknown ones, and values that are not strings, are ignored.
 */
export function sanitisePersonalisation(
  personalisation: JsonObject,
  keys: readonly JsonValue[] | null,
): SanitisedPersonalisation {
  if (keys === null || keys.length === 0) return { personalisation, changes: {} };
  const wanted = new Set(keys.filter((key) => typeof key === 'string').map(placeholderKey));
  const values: [string, JsonValue][] = [];
  const changes: [string, { unsanitised: string; sanitised: string }][] = [];
  for (const [key, value] of Object.entries(personalisation)) {
    const sanitised = typeof value === 'string' && wanted.has(placeholderKey(key)) ? sanitiseText(value) : value;
    values.push([key, sanitised]);
    if (typeof value === 'string' && typeof sanitised === 'string' && sanitised !== value)
      changes.push([key, { unsanitised: value, sanitised }]);
  }
  return { personalisation: Object.fromEntries(values), changes: Object.fromEntries(changes) };
}

const hostName = /^[a-zA-Z0-9.-]+$/;
const markdownCharacter = /[`*_()\\{}[\]<>#+\-.!|]/g;

/** Breaks host names apart, removes other links, and escapes markdown. */
export function sanitiseText(text: string): string {
  const withoutLinks = replaceUrlLike(text, (found) => (hostName.test(found) ? found.replaceAll('.', '. ') : ''));
  return withoutLinks.replace(markdownCharacter, '\\$&');
}
