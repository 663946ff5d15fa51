import type { FastifyInstance, FastifyReply, FastifySchema } from 'fastify';
import type { App } from '../../../lib/app.ts';
import type { InboundProvider } from '../../../lib/inbound/provider-text-message.ts';
import { receiveProviderText } from '../../../lib/inbound/receive-provider-text.ts';
import { basicAuth, type BasicCredentials } from '../../plugins/basic-auth.ts';
import { registerResource } from '../../resource.ts';
import { firetextReceivedText, mmgReceivedText, receivedTextAnswer } from '../../schemas/receipt.ts';
import { bodyText, providerOperation, providerRoute } from './provider-body.ts';

const unclaimed = 'It was taken; `RECEIVED` when no service receives texts at that number.';

const security = [{ providerPassword: [] }];

const schemas: Readonly<Record<InboundProvider, FastifySchema>> = {
  mmg: providerOperation({
    operationId: 'receiveMmgText',
    summary: 'A text that somebody sent, from MMG',
    body: mmgReceivedText,
    mediaType: 'application/json',
    answer: {
      description: unclaimed,
      content: { 'application/json': { schema: receivedTextAnswer }, 'text/plain': { schema: { const: 'RECEIVED' } } },
    },
    security,
  }),
  firetext: providerOperation({
    operationId: 'receiveFiretextText',
    summary: 'A text that somebody sent, from Firetext',
    body: firetextReceivedText,
    mediaType: 'application/x-www-form-urlencoded',
    answer: receivedTextAnswer,
    security,
  }),
};

/** What a provider is answered when nobody receives its text: it is not to send it again. */
const answerUnclaimed: Readonly<Record<InboundProvider, (reply: FastifyReply) => FastifyReply>> = {
  mmg: (reply) => reply.type('text/plain; charset=utf-8').send('RECEIVED'),
  firetext: (reply) => reply.send({ status: 'ok' }),
};

/** `POST /notifications/sms/receive/{mmg|firetext}` (delivery sheet §6.4). */
export function registerProviderTexts(server: FastifyInstance, app: App): void {
  const { mmgInboundUsernames, mmgInboundPasswords, firetextInboundPasswords } = app.config;
  const credentials: Readonly<Record<InboundProvider, BasicCredentials>> = {
    mmg: { users: mmgInboundUsernames, passwords: mmgInboundPasswords },
    firetext: { users: ['notify'], passwords: firetextInboundPasswords },
  };
  for (const provider of ['mmg', 'firetext'] as const) {
    registerResource(server, `/notifications/sms/receive/${provider}`, {
      onRequest: basicAuth(credentials[provider]),
      POST: providerRoute({
        schema: schemas[provider],
        handler: async (request, reply) => {
          const isTaken = await receiveProviderText(app, { provider, body: bodyText(request) });
          return isTaken ? { status: 'ok' } : answerUnclaimed[provider](reply);
        },
      }),
    });
  }
}
