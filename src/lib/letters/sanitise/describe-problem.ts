import { csvAddressMessage, type AddressErrorCode } from '../../recipients/address-errors.ts';
import { mostPages } from '../sheets.ts';
import { envelopeWindowText, printableAreasText, tagAreaText } from './printable-areas.ts';
import type { LetterProblem, SanitisedLetter } from './sanitised-letter.ts';

type Refusal = Pick<SanitisedLetter, 'invalidPages'> & { readonly message: LetterProblem };

/** Where people read more about what is wrong with a PDF. */
export const letterChecksHint = 'docs/letters.md describes the checks, under "Letters that come as PDFs".';

/**
 * What is wrong with a PDF, for people: the code, its pages and what it means, with the measures that a letter must keep
 * (letters sheet §8). The code alone is what the API answers.
 */
export function describeRefusal(
  { message, invalidPages }: Refusal,
  { isAttachment }: { isAttachment: boolean },
): string {
  const pages = invalidPages === null ? '' : ` (page ${invalidPages.join(', ')})`;
  return `${message}${pages}: ${meaningOf(message, isAttachment)}`;
}

/** What a code means. */
export function meaningOf(problem: LetterProblem, isAttachment: boolean): string {
  switch (problem) {
    case 'no-encoded-string':
      return 'the file is empty';
    case 'unable-to-read-the-file':
      return 'it is no PDF, is locked with a password, has something that cannot be drawn, or takes too long';
    case 'letter-too-long':
      return `expected ${mostPages} pages at most`;
    case 'letter-not-a4-portrait-oriented':
      return 'expected pages of 210 × 297 mm, upright, give or take 2 mm';
    case 'content-outside-printable-area':
      return `expected white outside of ${printableAreasText({ isAttachment })} (mm from the top left corner, give or take 1 mm)`;
    case 'notify-tag-found-in-content':
      return `the word NOTIFY stands alone in the top left corner (${tagAreaText}); it belongs on the first page of a letter only`;
    case 'address-is-empty':
      return `there are no words where the address belongs: ${envelopeWindowText} (mm from the top left corner)`;
    case 'not-a-real-uk-postcode-or-country':
      return csvAddressMessage('last-line', { international: true }, false);
    case 'cant-send-international-letters':
      return csvAddressMessage('last-line', { international: false }, true);
    case 'not-a-real-uk-postcode':
      return csvAddressMessage('last-line', { international: false }, false);
    default:
      return csvAddressMessage(addressErrorOf[problem], { international: false }, false);
  }
}

const addressErrorOf = {
  'not-enough-address-lines': 'few-lines',
  'too-many-address-lines': 'many-lines',
  'invalid-address-line-1-or-2': 'no-alphanumeric',
  'has-country-for-bfpo-address': 'bfpo-country',
  'invalid-char-in-address': 'bad-start-character',
  'no-fixed-abode-address': 'no-fixed-abode',
} as const satisfies Partial<Record<LetterProblem, AddressErrorCode>>;
