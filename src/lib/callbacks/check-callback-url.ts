import { AppError } from '../core/errors.ts';
import type { GuardedFetch } from '../net/guarded-fetch.ts';

/**
 * Checks where a service wants its callbacks, by the rules that hold when one is sent.
 *
 * @returns the URL as it is stored
 * @throws AppError VALIDATION_FAILED `url is not a valid https url`; DESTINATION_REFUSED for what is not public
 */
export async function checkCallbackUrl(
  { guardedFetch }: { guardedFetch: Pick<GuardedFetch, 'check'> },
  text: string,
): Promise<string> {
  const url = URL.parse(text);
  const isHttp = url !== null && /^https?:$/.test(url.protocol);
  // The parser passes over blanks and line ends; what is stored is what the service wrote.
  if (!isHttp || /[\s\\]/.test(text) || url.hash !== '') throw notHttps();
  try {
    await guardedFetch.check(url);
  } catch (error) {
    // Without TLS there is only what the operator allows.
    throw url.protocol === 'http:' ? notHttps(error) : error;
  }
  return text;
}

function notHttps(cause?: unknown): AppError {
  return new AppError('VALIDATION_FAILED', 'url is not a valid https url', { cause });
}
