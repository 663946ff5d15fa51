import { parseUuid } from '../../../lib/core/ids.ts';
import { validationFailed } from '../../schemas/validation-failed.ts';

/** The parameters behind a path's `?`; a list when one was given several times. */
export type Query = Readonly<Record<string, string | readonly string[]>>;

/** What a parameter was given, in the order in which it was repeated. */
export function valuesOf(query: Query, name: string): readonly string[] {
  const value = query[name];
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

export function withParameters(url: string, parameters: [string, string][]): string {
  return parameters.length === 0 ? url : `${url}?${new URLSearchParams(parameters).toString()}`;
}

/** An id in its usual form. @throws AppError VALIDATION_FAILED naming the parameter */
export function requireUuid(text: string, name: string): string {
  const id = parseUuid(text);
  if (id === null) throw validationFailed([`${name} is not a valid UUID`]);
  return id;
}
