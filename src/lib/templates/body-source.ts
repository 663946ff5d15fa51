import type { JsonObject } from '../core/json.ts';
import { fillPlaceholders } from './fill-placeholders.ts';
import { emailByteLimit } from './template.ts';
import { trimUnicode } from './whitespace.ts';

/**
 * The API's `body` of an email or letter (templating sheet §5.1): the markdown source with values put in, lists as
 * bullets, trimmed. Line ends stay as they came.
 */
export function renderBodySource(
  content: string,
  personalisation: JsonObject,
  { redact }: { readonly redact?: boolean | undefined } = {},
): string {
  const filled = fillPlaceholders(content, personalisation, {
    escape: false,
    lists: 'bullets',
    unfilled: 'spans',
    redact,
  });
  return trimUnicode(filled);
}

/**
 * Whether an email or letter counts as empty: no source, or one that begins and ends with a placeholder and whose body
 * is nothing. A source of blanks only is not empty (public API sheet §4.2).
 */
export function isBodyEmpty(content: string, body: string): boolean {
  return content === '' || (body === '' && content.startsWith('((') && content.endsWith('))'));
}

/** UTF-8 bytes of an email's body when they are more than allowed, otherwise null. */
export function excessiveByteCount(body: string): number | null {
  // A UTF-16 unit never needs more than 3 bytes: most bodies need no counting.
  if (body.length * 3 <= emailByteLimit) return null;
  const bytes = Buffer.byteLength(body, 'utf8');
  return bytes > emailByteLimit ? bytes : null;
}
