import { createHttpClient } from '../http-client.ts';
import type { SmsProvider } from '../provider.ts';
import { readSmsAnswer, requestSms } from './sms-client-error.ts';

export interface MmgOptions {
  readonly url: string;
  /** Sent as it is: MMG's keys are already encoded. */
  readonly apiKey: string;
  /** Where receipts are posted, with credentials; null = as MMG has it on file. */
  readonly receiptUrl: string | null;
  readonly connections: number;
  readonly timeoutMs: number;
}

/** Text messages through MMG (delivery sheet §5.1). Any 2xx with a JSON body is a yes; receipts carry our id. */
export function createMmgProvider({ url, apiKey, receiptUrl, connections, timeoutMs }: MmgOptions): SmsProvider {
  const { origin, pathname, search } = new URL(url);
  const client = createHttpClient({ origin, connections, timeoutMs });
  const headers = { 'Content-Type': 'application/json', Authorization: `Basic ${apiKey}` };
  return {
    identifier: 'mmg',
    async send({ notificationId, to, sender, content }) {
      const body = JSON.stringify({
        reqType: 'BULK',
        MSISDN: to,
        msg: content,
        ...(sender !== null && { sender }),
        cid: notificationId,
        multi: true,
        ...(receiptUrl !== null && { delurl: receiptUrl }),
      });
      readSmsAnswer(await requestSms(client, { method: 'POST', path: pathname + search, headers, body }));
      return { reference: null, verdict: null };
    },
    check: () => client.check(),
    close: () => client.close(),
  };
}
