import type { JsonObject } from '../core/json.ts';
import type { Notification } from '../notifications/notification.ts';
import type { PrintedParts } from '../templates/template.ts';
import type { LetterForm, LetterSource, LetterVersion } from './pdf/letter-source.ts';

/** What a letter is made from, of its template and of itself. */
export interface TemplatedLetter {
  readonly serviceId: string;
  readonly subject: string | null;
  readonly content: string;
  readonly parts: PrintedParts;
  readonly personalisation: JsonObject;
  /** As it is printed. */
  readonly address: readonly string[];
  readonly createdAt: Date;
}

/** The files that are printed with a letter; null for what it does not have. */
export type LetterFiles = Pick<LetterSource, 'logo' | 'attachment'>;

/** A letter as it can be printed: with Welsh, which comes first, where its template has it. */
export function letterSource(
  letter: TemplatedLetter,
  { logo, attachment }: LetterFiles,
  form: LetterForm,
): LetterSource {
  const { contactBlock, welshSubject, welshContent } = letter.parts;
  const english: LetterVersion = { language: 'english', subject: letter.subject ?? '', content: letter.content };
  const isBilingual = welshSubject !== null && welshContent !== null;
  return {
    address: letter.address,
    contactBlock,
    versions: isBilingual ? [{ language: 'welsh', subject: welshSubject, content: welshContent }, english] : [english],
    personalisation: JSON.stringify(letter.personalisation),
    createdAt: letter.createdAt.toISOString(),
    logo,
    attachment,
    form,
  };
}

/** A letter with what its template said in the version it was made with. */
export interface StoredLetter extends Notification {
  readonly templateContent: string;
  readonly templateSubject: string | null;
}

/** A stored letter: its address and its contact block are those it was accepted with. */
export function storedLetter(letter: StoredLetter, parts: PrintedParts): TemplatedLetter {
  return {
    serviceId: letter.serviceId,
    subject: letter.templateSubject,
    content: letter.templateContent,
    parts: { ...parts, contactBlock: letter.replyToText },
    personalisation: letter.personalisation,
    address: letter.to.split('\n'),
    createdAt: letter.createdAt,
  };
}
