import { AppError } from '../../core/errors.ts';

// Lone surrogates match as such only with the flag `u`.
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const illegal = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs}/u;

/** The first character of a text that no XML document can hold, as `U+001B`; null when there is none. */
export function illegalXmlCharacter(text: string): string | null {
  const [character] = illegal.exec(text) ?? [];
  return character === undefined ? null : `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** @throws AppError VALIDATION_FAILED naming the field and the character */
export function requireXmlText(text: string, field: string): void {
  const character = illegalXmlCharacter(text);
  if (character === null) return;
  const message = `${field} holds ${character}, which no XML document can hold`;
  throw new AppError('VALIDATION_FAILED', message, { details: { messages: [message] } });
}
