import type { JsonValue } from '../core/json.ts';
import { pythonText } from './python-text.ts';
import { stripObscureWhitespace } from './whitespace.ts';

/** How a list is written: `bullets` in the bodies of emails and letters, `prose` in texts and subjects. */
export type ListStyle = 'bullets' | 'prose';

/**
 * A value as text, before any escaping (templating sheet §2).
 *
 * @returns null when there is no value: absent or null
 */
export function valueText(value: JsonValue | undefined, lists: ListStyle): string | null {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return null;
  return Array.isArray(value) ? listText(value, lists) : pythonText(value);
}

function listText(list: readonly JsonValue[], lists: ListStyle): string {
  const items = list
    .filter((item) => item !== null)
    .map((item) => stripObscureWhitespace(pythonText(item)))
    .filter((item) => item !== '');
  if (items.length === 0) return '';
  if (lists === 'bullets') return `\n\n${items.map((item) => `* ${item}`).join('\n')}`;
  return items.length === 1 ? items[0]! : `${items.slice(0, -1).join(', ')} and ${items.at(-1)!}`;
}

const truthyTexts: ReadonlySet<string> = new Set(['yes', 'y', 'true', 't', '1', 'include', 'show']);

/** Whether a conditional with this value, already text, is shown (templating sheet §2). Nothing is trimmed. */
export function isTruthyText(text: string): boolean {
  return text.length <= 7 && truthyTexts.has(text.toLowerCase());
}
