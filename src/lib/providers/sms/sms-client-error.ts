import { AppError, messageOf } from '../../core/errors.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../http-client.ts';

/**
 * The two ways in which a text message provider can fail; both are tried again (delivery sheet §5). What exactly
 * happened is in `details`, never with the request, which holds the key and the recipient.
 */
export function smsClientError(
  what: 'Request failed' | 'Invalid response JSON',
  reason: string,
  cause?: unknown,
): AppError {
  return new AppError('PROVIDER_FAILED', `SMS client error (${what})`, { details: { reason }, cause });
}

/**
 * Sends a request to a text message provider.
 *
 * @throws AppError PROVIDER_FAILED without an answer, or with one that is not 2xx
 */
export async function requestSms(client: HttpClient, request: HttpRequest): Promise<HttpAnswer> {
  let answer: HttpAnswer;
  try {
    answer = await client.request(request);
  } catch (error) {
    throw smsClientError('Request failed', messageOf(error), error);
  }
  if (answer.status < 200 || answer.status > 299) throw smsClientError('Request failed', `status ${answer.status}`);
  return answer;
}

/** @throws AppError PROVIDER_FAILED when it is not JSON */
export function readSmsAnswer({ body }: HttpAnswer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw smsClientError('Invalid response JSON', 'the answer is not JSON');
  }
}
