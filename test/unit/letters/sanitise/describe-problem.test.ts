import { expect, it } from 'vitest';
import { describeRefusal, meaningOf } from '../../../../src/lib/letters/sanitise/describe-problem.ts';
import type { LetterProblem } from '../../../../src/lib/letters/sanitise/sanitised-letter.ts';

it.each<[LetterProblem, string]>([
  ['no-encoded-string', 'the file is empty'],
  [
    'unable-to-read-the-file',
    'it is no PDF, is locked with a password, has something that cannot be drawn, or takes too long',
  ],
  ['letter-too-long', 'expected 10 pages at most'],
  ['letter-not-a4-portrait-oriented', 'expected pages of 210 × 297 mm, upright, give or take 2 mm'],
  [
    'content-outside-printable-area',
    'expected white outside of x 15–195, y 5–292, and on the first page of x 15–195, y 95–292; x 125–195, y 5–95; x 15–125, y 5–30; x 24.6–120, y 39.5–66.3 (mm from the top left corner, give or take 1 mm)',
  ],
  [
    'notify-tag-found-in-content',
    'the word NOTIFY stands alone in the top left corner (15.2 × 6.1 mm); it belongs on the first page of a letter only',
  ],
  [
    'address-is-empty',
    'there are no words where the address belongs: x 24.6–120, y 39.5–66.3 (mm from the top left corner)',
  ],
  ['not-enough-address-lines', 'Address must be at least 3 lines long'],
  ['too-many-address-lines', 'Address must be no more than 7 lines long'],
  [
    'invalid-address-line-1-or-2',
    'The first 2 lines of the address must both include at least one alphanumeric character',
  ],
  ['has-country-for-bfpo-address', 'The last line of a BFPO address must not be a country.'],
  ['not-a-real-uk-postcode-or-country', 'Last line of the address must be a UK postcode or another country'],
  ['cant-send-international-letters', 'You do not have permission to send letters to other countries'],
  ['not-a-real-uk-postcode', 'Last line of the address must be a real UK postcode'],
  [
    'invalid-char-in-address',
    'Address lines must not start with any of the following characters: @ ( ) = [ ] " \\ / , < > ~',
  ],
  ['no-fixed-abode-address', 'This is not a real address'],
])('%s', (problem, meaning) => {
  expect(meaningOf(problem, false)).toBe(meaning);
});

it('names the code, its pages, and of attachments the area of all their pages', () => {
  const refusal = { message: 'content-outside-printable-area', invalidPages: [2, 3] } as const;
  expect(describeRefusal(refusal, { isAttachment: true })).toBe(
    'content-outside-printable-area (page 2, 3): expected white outside of x 15–195, y 5–292 (mm from the top left corner, give or take 1 mm)',
  );
  const unreadable = { message: 'no-encoded-string', invalidPages: null } as const;
  expect(describeRefusal(unreadable, { isAttachment: false })).toBe('no-encoded-string: the file is empty');
});
