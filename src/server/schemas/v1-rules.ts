import { fieldError } from '../../lib/core/errors.ts';
import { isJsonObject, type JsonValue } from '../../lib/core/json.ts';
import { describeChoice, describeTexts } from './describe-problems.ts';
import type { FormatCheck } from './formats.ts';

/**
 * What version 1 demands of its fields, with its own words (public API sheet §15). A rule says everything that is wrong
 * with a value, `undefined` standing for one that was not sent; nothing when it is right.
 */
export type V1Rule = (value: JsonValue | undefined) => readonly string[];

/** A text that must be there; `check` says what else is wrong with it. */
export function requiredText(check: FormatCheck = () => null): V1Rule {
  return (value) => {
    if (value === undefined) return ['Missing data for required field.'];
    if (value === null) return [mayNotBeNull];
    if (typeof value !== 'string') return ['Not a valid string.'];
    const odd = describeTexts(value);
    const problem = odd.length > 0 ? null : check(value);
    return problem === null ? odd : [problem];
  };
}

export const optionalObject: V1Rule = (value) => {
  if (value === undefined) return [];
  if (value === null) return [mayNotBeNull];
  return isJsonObject(value) ? describeTexts(value) : ['Not a valid mapping type.'];
};

const mayNotBeNull = 'Field may not be null.';

/** A parameter that is a whole number. */
export const integer: V1Rule = (value) => (value === undefined || readInteger(value) !== null ? [] : [noInteger]);

/** A parameter that is a whole number from 1. */
export const positiveInteger: V1Rule = (value) => {
  if (value === undefined) return [];
  const number = readInteger(value);
  if (number === null) return [noInteger];
  return number < 1 ? ['Not a positive integer'] : [];
};

const noInteger = 'Not a valid integer.';

/** A parameter that says yes or no. */
export const truth: V1Rule = (value) =>
  value === undefined || readTruth(value) !== null ? [] : ['Not a valid boolean.'];

/** A parameter that may be repeated, with values of a list. */
export function choices(known: readonly string[]): V1Rule {
  return (values) =>
    (values as readonly string[])
      .filter((value) => !known.includes(value))
      .map((value) => describeChoice(value, known));
}

/** The number that a text is: Python's `int`, without its underscores. Null for other texts. */
export function readInteger(value: JsonValue): number | null {
  return typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : null;
}

const yes: readonly string[] = ['1', 't', 'true', 'y', 'yes', 'on'];
const no: readonly string[] = ['0', 'f', 'false', 'n', 'no', 'off'];

export function readTruth(value: JsonValue): boolean | null {
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  if (yes.includes(text)) return true;
  return no.includes(text) ? false : null;
}

/**
 * Holds values against the rules of their fields; what has no rule is not looked at.
 *
 * @throws AppError VALIDATION_FAILED with everything that is wrong, by field
 */
export function assertV1Rules(
  rules: Readonly<Record<string, V1Rule>>,
  values: Readonly<Record<string, JsonValue | undefined>>,
): void {
  const problems = Object.entries(rules)
    .map(([field, rule]): [string, readonly string[]] => [field, rule(values[field])])
    .filter(([, texts]) => texts.length > 0);
  if (problems.length > 0) throw fieldError('VALIDATION_FAILED', Object.fromEntries(problems));
}
