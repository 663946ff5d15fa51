import {
  SESv2Client,
  SendEmailCommand,
  type SESv2ClientConfig,
  type SendEmailCommandInput,
} from '@aws-sdk/client-sesv2';
import { AppError, messageOf } from '../../core/errors.ts';
import { toSmtpAddress } from '../../recipients/email-address.ts';
import { createHttpClient, type HttpClient, type HttpRequest } from '../http-client.ts';
import type { EmailMessage, EmailProvider } from '../provider.ts';
import { fromHeader } from './from-header.ts';

export interface SesOptions {
  readonly region: string;
  /** Base URL of a service that speaks SES v2; null = AWS. */
  readonly endpoint: string | null;
  readonly configurationSet: string | null;
  readonly connections: number;
  readonly timeoutMs: number;
}

/** What SES says of the message itself: v1's code and v2's (delivery sheet §5.3). */
const finalErrors = ['InvalidParameterValue', 'BadRequestException'];

type RequestHandler = NonNullable<SESv2ClientConfig['requestHandler']>;

/** What the SDK hands to its transport, already signed. */
interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/**
 * Emails through Amazon SES v2. Receipts carry the message id of its answer. Credentials come from where AWS's tools find
 * them. A BadRequestException is final, everything else is tried again by the queue.
 */
export function createSesProvider(options: SesOptions): EmailProvider {
  const { region, endpoint, configurationSet, connections, timeoutMs } = options;
  const origin = new URL(endpoint ?? `https://email.${region}.amazonaws.com`).origin;
  const client = createHttpClient({ origin, connections, timeoutMs });
  const ses = new SESv2Client({
    region,
    ...(endpoint !== null && { endpoint }),
    // Retries belong to the queue.
    maxAttempts: 1,
    requestHandler: sdkTransport(client),
  });
  return {
    identifier: 'ses',
    async send(message) {
      try {
        const { MessageId } = await ses.send(new SendEmailCommand(toInput(message, configurationSet)));
        if (MessageId === undefined) throw new AppError('PROVIDER_FAILED', 'the answer has no MessageId');
        return { reference: MessageId, verdict: null };
      } catch (error) {
        throw toProviderError(error);
      }
    },
    check: () => client.check(),
    async close() {
      ses.destroy();
      await client.close();
    },
  };
}

function toInput(message: EmailMessage, configurationSet: string | null): SendEmailCommandInput {
  const { from, to, replyTo, subject, text, html, unsubscribeUrl } = message;
  const headers = [
    { Name: 'List-Unsubscribe', Value: `<${unsubscribeUrl}>` },
    { Name: 'List-Unsubscribe-Post', Value: 'List-Unsubscribe=One-Click' },
  ];
  return {
    FromEmailAddress: fromHeader({ name: from.name, address: toSmtpAddress(from.address) }),
    Destination: { ToAddresses: [toSmtpAddress(to)], CcAddresses: [], BccAddresses: [] },
    Content: {
      Simple: {
        Subject: { Data: subject },
        Body: { Text: { Data: text }, Html: { Data: html } },
        Headers: unsubscribeUrl === null ? [] : headers,
      },
    },
    ReplyToAddresses: replyTo === null ? [] : [toSmtpAddress(replyTo)],
    ...(configurationSet !== null && { ConfigurationSetName: configurationSet }),
  };
}

/** Lets the SDK, which signs and reads, send over our connections, with their limits of time and size. */
function sdkTransport(client: HttpClient): RequestHandler {
  const transport = {
    async handle(request: SignedRequest) {
      const { method, headers, body } = request;
      const { status, ...answer } = await client.request({
        method: method as HttpRequest['method'],
        path: request.path + queryOf(request.query),
        headers,
        body: body ?? null,
      });
      return { response: { ...answer, statusCode: status } };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
  // The SDK's own types ask for classes of its own transport.
  return transport;
}

function queryOf(query: SignedRequest['query']): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) => [value].flat().map((one) => [name, one ?? '']));
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs as [string, string][]).toString()}`;
}

function toProviderError(error: unknown): AppError {
  const name = error instanceof Error ? error.name : '';
  const code = finalErrors.includes(name) ? 'PROVIDER_REFUSED' : 'PROVIDER_FAILED';
  const what = name === '' || name === 'AppError' || name === 'Error' ? '' : `${name}: `;
  return new AppError(code, `SES: ${what}${messageOf(error)}`, { cause: error });
}
