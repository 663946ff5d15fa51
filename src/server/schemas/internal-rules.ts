import { parseUuid } from '../../lib/core/ids.ts';
import { isRawJsonNumber, type JsonValue } from '../../lib/core/json.ts';
import { requiredText, type V1Rule } from './v1-rules.ts';

/** Rules of fields that the internal API has beside those of version 1, with the same words (admin API sheet §2). */

const missing = ['Missing data for required field.'];
const mayNotBeNull = ['Field may not be null.'];

/** A rule that holds only where there is a value; null is one where it says so. */
export function optional(rule: V1Rule, { nullable = false }: { nullable?: boolean } = {}): V1Rule {
  return (value) => (value === undefined || (nullable && value === null) ? [] : rule(value));
}

export const requiredUuid: V1Rule = requiredText((text) => (parseUuid(text) === null ? 'Not a valid UUID.' : null));

export const requiredBoolean: V1Rule = required((value) => typeof value === 'boolean', 'Not a valid boolean.');

/** The largest whole number that a column holds. */
export const largestInteger = 2_147_483_647;

/** A whole number that is not below 0. */
export const requiredCount: V1Rule = required((value) => {
  const number = readNumber(value);
  return number !== null && Number.isInteger(number) && number >= 0 && number <= largestInteger;
}, 'Not a valid integer.');

export const requiredTexts: V1Rule = required(
  (value) => Array.isArray(value) && value.every((entry) => typeof entry === 'string'),
  'Not a valid list.',
);

export function readNumber(value: JsonValue): number | null {
  if (isRawJsonNumber(value)) return Number(value.rawJSON);
  return typeof value === 'number' ? value : null;
}

function required(isRight: (value: JsonValue) => boolean, problem: string): V1Rule {
  return (value) => {
    if (value === undefined) return missing;
    if (value === null) return mayNotBeNull;
    return isRight(value) ? [] : [problem];
  };
}
