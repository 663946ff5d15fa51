/** What a letter is made from: plain data, which can be handed to another thread. */
export interface LetterSource {
  /** The lines of the address as they are printed. */
  readonly address: readonly string[];
  /** The sender's address with placeholders; null for none. */
  readonly contactBlock: string | null;
  /** In the order of their pages: Welsh comes before English. */
  readonly versions: readonly LetterVersion[];
  /** The values as JSON text: numbers keep the spelling they were sent with. */
  readonly personalisation: string;
  /** ISO time of the letter's creation; it is dated with its London day. */
  readonly createdAt: string;
  /** A PNG or JPEG for the top of the first page; null for none. */
  readonly logo: Uint8Array | null;
  /** A PDF whose pages come after all others; null for none. */
  readonly attachment: Uint8Array | null;
  readonly form: LetterForm;
}

/** What a letter says in one language, with placeholders. */
export interface LetterVersion {
  readonly language: LetterLanguage;
  readonly subject: string;
  readonly content: string;
}

export type LetterLanguage = 'english' | 'welsh';

/** For the printer, in CMYK and with its tag; or to be looked at. */
export type LetterForm = 'print' | 'preview';

export interface LetterPdf {
  readonly pdf: Uint8Array;
  /** With those of the attachment. */
  readonly pageCount: number;
  /** Characters that no font of ours has: a box, or the letter without its mark, stands for each. */
  readonly unprintable: number;
}
