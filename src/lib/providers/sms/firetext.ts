import { createHttpClient } from '../http-client.ts';
import type { SmsProvider } from '../provider.ts';
import { readSmsAnswer, requestSms, smsClientError } from './sms-client-error.ts';

export interface FiretextOptions {
  readonly url: string;
  readonly apiKey: string;
  /** Null = the same as for the country. */
  readonly internationalApiKey: string | null;
  /** Where receipts are posted, with credentials; null = as Firetext has it on file. */
  readonly receiptUrl: string | null;
  readonly connections: number;
  readonly timeoutMs: number;
}

/** Text messages through Firetext (delivery sheet §5.2). Only `"code": 0` is a yes; receipts carry our id. */
export function createFiretextProvider(options: FiretextOptions): SmsProvider {
  const { url, apiKey, internationalApiKey, receiptUrl, connections, timeoutMs } = options;
  const { origin, pathname, search } = new URL(url);
  const client = createHttpClient({ origin, connections, timeoutMs });
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  return {
    identifier: 'firetext',
    async send({ notificationId, to, sender, content, international }) {
      const fields = new URLSearchParams({
        apiKey: international ? (internationalApiKey ?? apiKey) : apiKey,
        ...(sender !== null && { from: sender }),
        to: to.replaceAll('+', ''),
        message: content,
        reference: notificationId,
        ...(receiptUrl !== null && { receipt: receiptUrl }),
      });
      const request = { method: 'POST', path: pathname + search, headers, body: fields.toString() } as const;
      const answer = readSmsAnswer(await requestSms(client, request));
      const code = typeof answer === 'object' && answer !== null && 'code' in answer ? answer.code : undefined;
      if (code !== 0) throw smsClientError('Invalid response JSON', describeCode(code));
      return { reference: null, verdict: null };
    },
    check: () => client.check(),
    close: () => client.close(),
  };
}

/** The code is theirs: only what a code can be is repeated. */
function describeCode(code: unknown): string {
  if (code === undefined) return 'the answer has no code';
  return typeof code === 'number' ? `the answer has code ${code}` : 'the answer has a code that is no number';
}
