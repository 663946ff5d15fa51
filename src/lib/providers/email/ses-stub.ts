import { AppError, messageOf } from '../../core/errors.ts';
import { createHttpClient } from '../http-client.ts';
import type { EmailProvider } from '../provider.ts';

export interface SesStubOptions {
  readonly url: string;
  readonly connections: number;
  readonly timeoutMs: number;
}

/** Stands in for SES in load tests: asks a URL for a message id and sends nothing of the email (delivery sheet §5.3). */
export function createSesStubProvider({ url, connections, timeoutMs }: SesStubOptions): EmailProvider {
  const { origin, pathname } = new URL(url);
  const client = createHttpClient({ origin, connections, timeoutMs });
  return {
    identifier: 'ses',
    async send() {
      try {
        const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
        const { status, body } = await client.request({
          method: 'POST',
          path: pathname,
          headers,
          body: 'id=dummy-data',
        });
        if (status < 200 || status > 299) throw new Error(`status ${status}`);
        const answer = JSON.parse(body.toString('utf8')) as { MessageId?: unknown } | null;
        if (typeof answer?.MessageId !== 'string') throw new Error('the answer has no MessageId');
        return { reference: answer.MessageId, verdict: null };
      } catch (error) {
        throw new AppError('PROVIDER_FAILED', `SES stub: ${messageOf(error)}`, { cause: error });
      }
    },
    check: () => client.check(),
    close: () => client.close(),
  };
}
