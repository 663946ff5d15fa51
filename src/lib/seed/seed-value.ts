import { parseUuid } from '../core/ids.ts';

/**
 * A value of a seed file with its place. Reading never stops at a mistake: it is added to `problems`, and the reader goes
 * on with a stand-in, so that all mistakes are told at once.
 */
export interface SeedValue {
  readonly path: string;
  /** Undefined = missing. */
  readonly value: unknown;
  readonly problems: string[];
}

/** Notes what is wrong with a value, and what was expected of it. The value is shown unless it is a secret. */
export function reportValue({ path, value, problems }: SeedValue, expectation: string, isSecret = false): void {
  const shown = isSecret ? '(hidden)' : abbreviate(JSON.stringify(value));
  const place = path === '' ? 'the document' : path;
  problems.push(`${place} ${value === undefined ? 'is missing' : `is ${shown}`}: expected ${expectation}`);
}

function abbreviate(text: string | undefined): string {
  return text === undefined || text.length <= 80 ? (text ?? '') : `${text.slice(0, 80)}…`;
}

/** The fields of an object, by name; one that is not among `names` is a problem. */
export function readFields<Name extends string>(value: SeedValue, names: readonly Name[]): Record<Name, SeedValue> {
  const { path, problems } = value;
  const isObject = typeof value.value === 'object' && value.value !== null && !Array.isArray(value.value);
  if (!isObject) reportValue(value, 'an object');
  const fields = (isObject ? value.value : {}) as Record<string, unknown>;
  const placeOf = (name: string): string => (path === '' ? name : `${path}.${name}`);
  for (const name of Object.keys(fields)) {
    if (!(names as readonly string[]).includes(name))
      problems.push(`${placeOf(name)} is not known: expected one of ${names.join(', ')}`);
  }
  // Of something that is no object, one problem is enough.
  const noted = isObject ? problems : [];
  return Object.fromEntries(
    names.map((name) => [name, { path: placeOf(name), value: fields[name], problems: noted }]),
  ) as Record<Name, SeedValue>;
}

/** The items of a list; a missing list is empty. */
export function readList<Item>(value: SeedValue, readItem: (item: SeedValue) => Item): Item[] {
  if (value.value === undefined) return [];
  if (!Array.isArray(value.value)) {
    reportValue(value, 'a list');
    return [];
  }
  const { path, problems } = value;
  return value.value.map((item: unknown, index) => readItem({ path: `${path}[${index}]`, value: item, problems }));
}

/** A text that is not blank; the database cannot store NUL. */
export function readText(value: SeedValue): string {
  const { value: text } = value;
  if (typeof text === 'string' && text.trim() !== '' && !text.includes('\0')) return text;
  reportValue(value, 'a text');
  return '';
}

export function readUuid(value: SeedValue, { isSecret = false }: { isSecret?: boolean } = {}): string {
  const id = parseUuid(value.value);
  if (id !== null) return id;
  reportValue(value, 'a UUID such as 018f2f6e-7c1a-7000-8000-000000000000', isSecret);
  return '';
}

export function readBoolean(value: SeedValue): boolean {
  if (typeof value.value === 'boolean') return value.value;
  reportValue(value, 'true or false');
  return false;
}

/** A whole number from 0 to what a column holds. */
export function readCount(value: SeedValue): number {
  const { value: number } = value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= 2_147_483_647) return number;
  reportValue(value, 'a whole number from 0 to 2147483647');
  return 0;
}

export function readChoice<Choice extends string>(value: SeedValue, choices: readonly Choice[]): Choice {
  const choice = choices.find((known) => known === value.value);
  if (choice !== undefined) return choice;
  reportValue(value, `one of ${choices.join(', ')}`);
  return choices[0]!;
}

/** Undefined when the value is missing. */
export function optional<Read>(value: SeedValue, read: (value: SeedValue) => Read): Read | undefined {
  return value.value === undefined ? undefined : read(value);
}

/** Null when the value is null. */
export function nullable<Read>(read: (value: SeedValue) => Read): (value: SeedValue) => Read | null {
  return (value) => (value.value === null ? null : read(value));
}
