import type { FastifyInstance, FastifySchema } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { readFiretextReceipt, readMmgReceipt } from '../../../lib/receipts/read-sms-receipt.ts';
import { receiveSmsReceipt } from '../../../lib/receipts/receive-sms-receipt.ts';
import type { SmsReceipt } from '../../../lib/receipts/sms-receipt.ts';
import { basicAuth } from '../../plugins/basic-auth.ts';
import { registerResource } from '../../resource.ts';
import { firetextReceipt, mmgReceipt, receiptAnswer } from '../../schemas/receipt.ts';
import { bodyText, providerOperation, providerRoute } from './provider-body.ts';

type Provider = 'mmg' | 'firetext';

const common = { answer: receiptAnswer, security: [{}, { providerPassword: [] }] };

const schemas: Readonly<Record<Provider, FastifySchema>> = {
  mmg: providerOperation({
    operationId: 'receiveMmgReceipt',
    summary: 'What MMG says became of a text message',
    body: mmgReceipt,
    mediaType: 'application/json',
    ...common,
  }),
  firetext: providerOperation({
    operationId: 'receiveFiretextReceipt',
    summary: 'What Firetext says became of a text message',
    body: firetextReceipt,
    mediaType: 'application/x-www-form-urlencoded',
    ...common,
  }),
};

const read: Readonly<Record<Provider, (body: string) => SmsReceipt>> = {
  mmg: readMmgReceipt,
  firetext: readFiretextReceipt,
};

/** `POST /notifications/sms/{mmg|firetext}` (delivery sheet §6.1). User and password are asked for where configured. */
export function registerSmsReceipts(server: FastifyInstance, app: App): void {
  const { mmgReceiptCredentials, firetextReceiptCredentials } = app.config;
  const credentials = { mmg: mmgReceiptCredentials, firetext: firetextReceiptCredentials };
  for (const provider of ['mmg', 'firetext'] as const) {
    const own = credentials[provider];
    registerResource(server, `/notifications/sms/${provider}`, {
      ...(own !== null && { onRequest: basicAuth({ users: [own[0]], passwords: [own[1]] }) }),
      POST: providerRoute({
        schema: schemas[provider],
        handler: async (request) => {
          await receiveSmsReceipt(app, read[provider](bodyText(request)), { requestId: request.traceId });
          return { result: 'success' };
        },
      }),
    });
  }
}
