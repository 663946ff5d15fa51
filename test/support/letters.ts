import type { LetterSource, LetterVersion } from '../../src/lib/letters/pdf/letter-source.ts';
import type { JsonObject } from '../../src/lib/core/json.ts';

export const someAddress = ['Ann Example', '1 Example Street', 'Exampletown', 'SW1A 1AA'];

/** A letter to be printed; say only what the test is about. */
export function aLetter({
  content = 'Dear reader',
  subject = 'Subject',
  personalisation = {},
  welsh,
  ...changes
}: Partial<Omit<LetterSource, 'personalisation' | 'versions'>> & {
  readonly content?: string;
  readonly subject?: string;
  readonly personalisation?: JsonObject;
  readonly welsh?: Omit<LetterVersion, 'language'>;
} = {}): LetterSource {
  const english: LetterVersion = { language: 'english', subject, content };
  return {
    address: someAddress,
    contactBlock: 'Department for Examples\nLondon',
    versions: welsh === undefined ? [english] : [{ language: 'welsh', ...welsh }, english],
    personalisation: JSON.stringify(personalisation),
    createdAt: '2021-03-07T12:00:00.000Z',
    logo: null,
    attachment: null,
    form: 'print',
    ...changes,
  };
}
