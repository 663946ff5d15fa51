import type { JsonObject, JsonValue } from '../core/json.ts';

/** `((name))`, or `((name??text))` when `conditionalText` is not null. */
export interface Placeholder {
  /** As the template spells it. */
  readonly name: string;
  /** Shown when the value is truthy; null for a plain placeholder. */
  readonly conditionalText: string | null;
}

/** A piece of a template's content. */
export type ContentPart = string | Placeholder;

const openingBracket = 0x28;
const closingBracket = 0x29;
const bracket = /[()]/g;

/**
 * Cuts content into text and placeholders (templating sheet §2). A placeholder is `((`, one or more characters that are
 * no round brackets, `))`; so nothing nests, and `(((x)))` is a placeholder in brackets.
 *
 * Written as a scan and not as one regular expression: time stays linear in the length, whatever the brackets.
 */
export function parseContent(content: string): ContentPart[] {
  const parts: ContentPart[] = [];
  let textStart = 0;
  let open = content.indexOf('((');
  while (open !== -1) {
    bracket.lastIndex = open + 2;
    const next = bracket.exec(content);
    if (next === null) break;
    const end = next.index;
    if (content.charCodeAt(end) === openingBracket) {
      open = end === open + 2 ? open + 1 : content.indexOf('((', end);
    } else if (end === open + 2 || content.charCodeAt(end + 1) !== closingBracket) {
      open = content.indexOf('((', end);
    } else {
      if (open > textStart) parts.push(content.slice(textStart, open));
      parts.push(toPlaceholder(content.slice(open + 2, end)));
      textStart = end + 2;
      open = content.indexOf('((', textStart);
    }
  }
  if (textStart < content.length) parts.push(textStart === 0 ? content : content.slice(textStart));
  return parts;
}

function toPlaceholder(body: string): Placeholder {
  const mark = body.indexOf('??');
  return mark === -1
    ? { name: body, conditionalText: null }
    : { name: body.slice(0, mark), conditionalText: body.slice(mark + 2) };
}

const ignoredInKeys = /[ _-]/g;

/** The key by which names and values find each other: no space, `_` or `-`, lower case (templating sheet §2). */
export function placeholderKey(name: string): string {
  return name.replace(ignoredInKeys, '').toLowerCase();
}

/**
 * The placeholder names of a template's parts, in order of first appearance; of several spellings of one key the first
 * is kept. Pass the parts in the template's order: subject, content (templating sheet §2).
 */
export function placeholderNames(...contents: readonly (string | null)[]): string[] {
  const names = new Map<string, string>();
  for (const content of contents) {
    if (content === null || !content.includes('((')) continue;
    for (const part of parseContent(content)) {
      if (typeof part === 'string') continue;
      const key = placeholderKey(part.name);
      if (!names.has(key)) names.set(key, part.name);
    }
  }
  return [...names.values()];
}

/** Values by placeholder key. */
export type PlaceholderValues = ReadonlyMap<string, JsonValue>;

/** Indexes personalisation by key; of two keys that read alike the last one wins (templating sheet §11.2). */
export function indexPersonalisation(personalisation: JsonObject): PlaceholderValues {
  const values = new Map<string, JsonValue>();
  for (const name in personalisation) values.set(placeholderKey(name), personalisation[name]!);
  return values;
}

/**
 * Names without a value: absent or null. An empty string or list is a value; a conditional needs one too
 * (templating sheet §2).
 */
export function missingPersonalisation(names: readonly string[], personalisation: JsonObject): string[] {
  if (names.length === 0) return [];
  const values = indexPersonalisation(personalisation);
  return names.filter((name) => (values.get(placeholderKey(name)) ?? null) === null);
}
