import type { AddressErrorCode } from '../../recipients/address-errors.ts';
import { validatePostalAddress, type PostalAddress } from '../../recipients/postal-address.ts';

/** What is wrong with the address of a letter that comes as a PDF, in the order of the checks (letters sheet §8). */
export type LetterAddressProblem =
  | 'address-is-empty'
  | 'not-enough-address-lines'
  | 'too-many-address-lines'
  | 'invalid-address-line-1-or-2'
  | 'has-country-for-bfpo-address'
  | 'not-a-real-uk-postcode-or-country'
  | 'cant-send-international-letters'
  | 'not-a-real-uk-postcode'
  | 'invalid-char-in-address'
  | 'no-fixed-abode-address';

const problemOf: Readonly<Record<Exclude<AddressErrorCode, 'last-line'>, LetterAddressProblem>> = {
  'few-lines': 'not-enough-address-lines',
  'many-lines': 'too-many-address-lines',
  'no-alphanumeric': 'invalid-address-line-1-or-2',
  'bfpo-country': 'has-country-for-bfpo-address',
  'bad-start-character': 'invalid-char-in-address',
  'no-fixed-abode': 'no-fixed-abode-address',
};

/** The address that was read out of a letter, or the first rule that it breaks. */
export function checkLetterAddress(
  text: string,
  { allowInternational }: { allowInternational: boolean },
): { address: PostalAddress; problem: null } | { problem: LetterAddressProblem } {
  if (text.trim() === '') return { problem: 'address-is-empty' };
  const result = validatePostalAddress(text, { international: allowInternational });
  if (result.ok) return { address: result.address, problem: null };
  if (result.code !== 'last-line') return { problem: problemOf[result.code] };
  if (allowInternational) return { problem: 'not-a-real-uk-postcode-or-country' };
  return { problem: result.address.international ? 'cant-send-international-letters' : 'not-a-real-uk-postcode' };
}
