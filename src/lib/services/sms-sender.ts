import { AppError } from '../core/errors.ts';

/**
 * Checks the text that recipients see as sender: 3 to 11 letters, digits, spaces, `&`, `.`, `-`, `_`, not starting with
 * `00`; with at least one letter unless it is a number.
 *
 * @throws AppError USAGE_INVALID
 */
export function assertSmsSender(text: string): string {
  const sender = text.trim();
  const isWellFormed = /^[A-Za-z0-9 &.\-_]{3,11}$/.test(sender) && /[A-Za-z]|^\d+$/.test(sender);
  if (isWellFormed && !sender.startsWith('00')) return sender;
  throw new AppError(
    'USAGE_INVALID',
    `'${text}' cannot be a text message sender: expected 3 to 11 letters, numbers, spaces, &, ., - or _, with a letter unless it is a number, not starting with 00`,
  );
}
