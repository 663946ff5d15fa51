import { AppError } from '../core/errors.ts';
import { normaliseSms } from '../templates/render-sms.ts';
import { countExtensionCharacters, downgradeToSms, smsEncoding } from '../templates/sms-encoding.ts';
import { trimUnicode } from '../templates/whitespace.ts';

/** The text of a broadcast: what a handset can show, how long it may be, its language (broadcasts sheet §4). */

export type BroadcastLanguage = 'english' | 'welsh';

/** Characters of a text that GSM-7 can carry; one of its extension characters is two. */
const gsmLimit = 1395;
/** Characters of a text with a Welsh letter outside GSM-7. */
const unicodeLimit = 615;

// Elsewhere they are invisible; a broadcast shows that something was there.
const lineSeparators = /[\u2028\u2029]/g;

/**
 * The text as handsets get it: characters that they cannot show replaced, white space settled. Nothing is escaped as
 * HTML, and double round brackets are text.
 */
export function normaliseBroadcastContent(content: string): string {
  return normaliseSms(downgrade(trimUnicode(content)));
}

/** Characters that count towards the limit: white space is settled first, replacements are not. */
export function countBroadcastCharacters(content: string): number {
  const text = normaliseSms(content);
  const characters = [...text].length;
  return isWelsh(content) ? characters : characters + countExtensionCharacters(downgrade(text));
}

/** The most characters that a text may have. */
export function broadcastCharacterLimit(content: string): number {
  return isWelsh(content) ? unicodeLimit : gsmLimit;
}

/**
 * What is said of a text that is too long; null for one that is not.
 *
 * @param field how the sentence starts: `description` in documents and the API, `Content` in the admin API
 */
export function broadcastTooLong(content: string, field: string): string | null {
  if (countBroadcastCharacters(content) <= broadcastCharacterLimit(content)) return null;
  const limit = broadcastCharacterLimit(content).toLocaleString('en-GB');
  const reason = isWelsh(content) ? ' (because it could not be GSM7 encoded)' : '';
  return `${field} must be ${limit} characters or fewer${reason}`;
}

/** @throws AppError VALIDATION_FAILED with the sentence of `broadcastTooLong` */
export function requireBroadcastLength(content: string, field: string): void {
  const problem = broadcastTooLong(content, field);
  if (problem !== null) throw new AppError('VALIDATION_FAILED', problem, { details: { messages: [problem] } });
}

/** The language that documents state: Welsh when a letter needs it. */
export function languageOf(content: string): BroadcastLanguage {
  return isWelsh(content) ? 'welsh' : 'english';
}

function isWelsh(content: string): boolean {
  return smsEncoding(content) === 'UCS-2';
}

function downgrade(text: string): string {
  return downgradeToSms(text.replace(lineSeparators, '?'));
}
