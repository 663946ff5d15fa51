import { createTransport } from 'nodemailer';
import { AppError, messageOf } from '../../core/errors.ts';
import { toSmtpAddress } from '../../recipients/email-address.ts';
import type { EmailProvider } from '../provider.ts';

const connectTimeoutMs = 10_000;
/** Servers may look at a message for a while before they take it; who gives up too early sends it twice. */
const answerTimeoutMs = 60_000;

/**
 * Emails through an SMTP server. The server's yes is the last that is heard of a message, so it counts as delivered;
 * a 5xx answer is final, everything else is tried again by the queue.
 */
export function createSmtpProvider({ url }: { url: string }): EmailProvider {
  // The pool keeps connections only; rate and retries belong to the queue. What the URL says in its query goes first.
  const transport = createTransport({
    url,
    pool: true,
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    socketTimeout: answerTimeoutMs,
  });
  return {
    identifier: 'smtp',
    async send({ notificationId, to, from, replyTo, subject, text, html, unsubscribeUrl }) {
      const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
      // The same notification always has the same Message-ID, by which receivers recognise a second copy.
      const messageId = `<${notificationId}@${domain}>`;
      try {
        await transport.sendMail({
          messageId,
          from: { name: from.name, address: toSmtpAddress(from.address) },
          to: { name: '', address: toSmtpAddress(to) },
          ...(replyTo !== null && { replyTo: { name: '', address: toSmtpAddress(replyTo) } }),
          subject,
          text,
          html,
          ...(unsubscribeUrl !== null && {
            headers: {
              'List-Unsubscribe': `<${unsubscribeUrl}>`,
              'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
            },
          }),
          disableFileAccess: true,
          disableUrlAccess: true,
        });
      } catch (error) {
        throw toProviderError(error);
      }
      return { reference: messageId, verdict: 'delivered' };
    },
    async check() {
      await transport.verify();
    },
    close: async () => transport.close(),
  };
}

function toProviderError(error: unknown): AppError {
  const { responseCode, code } = error as { responseCode?: unknown; code?: unknown };
  // Only what the server says of this message is final; a refused login is the operator's to mend.
  const isAboutMessage = code === 'EENVELOPE' || code === 'EMESSAGE';
  const isFinal = isAboutMessage && typeof responseCode === 'number' && responseCode >= 500;
  return new AppError(isFinal ? 'PROVIDER_REFUSED' : 'PROVIDER_FAILED', `SMTP: ${messageOf(error)}`, { cause: error });
}
