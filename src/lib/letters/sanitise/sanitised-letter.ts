import type { LetterAddressProblem } from './check-address.ts';

/** Why a letter that comes as a PDF is not printed, in the order of the checks (letters sheet §8). */
export type LetterProblem =
  | 'no-encoded-string'
  | 'unable-to-read-the-file'
  | 'letter-too-long'
  | 'letter-not-a4-portrait-oriented'
  | 'content-outside-printable-area'
  | 'notify-tag-found-in-content'
  | LetterAddressProblem;

/** What became of a PDF. Exactly one of `message` and `file` is null. */
export interface SanitisedLetter {
  /** Null for what cannot be read. */
  readonly pageCount: number | null;
  readonly message: LetterProblem | null;
  /** Counted from 1; null where the problem is not one of single pages. */
  readonly invalidPages: readonly number[] | null;
  /**
   * Lines joined by LF: the address as it is printed; when it is refused, as it was read. Null before it was read, and
   * for attachments.
   */
  readonly recipientAddress: string | null;
  /** The PDF to print. */
  readonly file: Uint8Array | null;
  /** For logs: what is unusual about it; no personal data. */
  readonly remarks: readonly string[];
}

export interface SanitiseOptions {
  /** Whether the service may send letters abroad. */
  readonly allowInternational: boolean;
  /** An attachment has no page with an address. */
  readonly isAttachment: boolean;
}

/** Ends the checks: the first problem is the one that counts. */
export class LetterRefused extends Error {
  readonly problem: LetterProblem;
  readonly invalidPages: readonly number[] | null;
  readonly recipientAddress: string | null;

  constructor(
    problem: LetterProblem,
    {
      invalidPages = null,
      recipientAddress = null,
    }: Partial<Pick<LetterRefused, 'invalidPages' | 'recipientAddress'>> = {},
  ) {
    super(problem);
    this.name = 'LetterRefused';
    this.problem = problem;
    this.invalidPages = invalidPages;
    this.recipientAddress = recipientAddress;
  }
}
