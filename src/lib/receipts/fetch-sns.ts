import { request } from 'node:https';
import { text } from 'node:stream/consumers';

/** Gets a URL of SNS, following no redirect. */
export type SnsFetch = (url: string) => Promise<{ readonly status: number; readonly text: string }>;

const timeoutMs = 5000;
const maxBytes = 64 * 1024;

/**
 * Gets a URL over HTTPS; redirects are answers like any other. Only what speaks for itself with one of the machine's
 * certificates, or with `ca`, is believed.
 *
 * @throws Error without a whole answer in time, or with one that is too large
 */
export async function fetchSns(
  url: string,
  { ca }: { readonly ca?: string } = {},
): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const options = { agent: false, signal: AbortSignal.timeout(timeoutMs), ...(ca !== undefined && { ca }) };
  const sending = request(url, options, (response) => {
    let length = 0;
    response.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) response.destroy(new Error(`the answer is longer than ${maxBytes} bytes`));
    });
    text(response).then((body) => resolve({ status: response.statusCode ?? 0, text: body }), reject);
  });
  sending.on('error', reject);
  sending.end();
  return promise;
}
