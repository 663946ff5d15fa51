import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { App } from '../../../lib/app.ts';
import { readGatewayReceipt } from '../../../lib/receipts/gateway-receipt.ts';
import { receiveSmsReceipt } from '../../../lib/receipts/receive-sms-receipt.ts';
import { sharedSecret } from '../../plugins/shared-secret.ts';
import { registerResource } from '../../resource.ts';
import { receiptAnswer, receiptProblems } from '../../schemas/receipt.ts';
import { bodyText, providerRoute } from './provider-body.ts';

const gatewayReceipt = Type.Object(
  {
    reference: Type.Optional(Type.String({ description: 'The id of the notification.' })),
    status: Type.Optional(
      Type.Union([Type.String(), Type.Number()], {
        description: "One of the gateway's codes; one that is not configured ends the message as `technical-failure`.",
      }),
    ),
  },
  { description: 'JSON or a form; where the fields stand is configured.' },
);

/** `POST /notifications/sms/gateway`: receipts of the gateway of NOTIFY_SMS_WEBHOOK. Nobody gets in without `receipts`. */
export function registerGatewayReceipts(server: FastifyInstance, app: App): void {
  const receipts = app.config.smsWebhook?.receipts ?? null;
  registerResource(server, '/notifications/sms/gateway', {
    onRequest: sharedSecret(receipts ?? { header: 'authorization', secrets: [] }),
    POST: providerRoute({
      schema: {
        tags: ['Receipts'],
        operationId: 'receiveGatewayReceipt',
        summary: 'What an HTTP gateway says became of a text message',
        consumes: ['application/json', 'application/x-www-form-urlencoded'],
        body: gatewayReceipt,
        security: [{ gatewaySecret: [] }, { providerPassword: [] }],
        response: { 200: receiptAnswer, 400: receiptProblems },
      },
      handler: async (request) => {
        // Without a configuration, nobody came this far.
        const receipt = readGatewayReceipt(bodyText(request), receipts!);
        await receiveSmsReceipt(app, receipt, { requestId: request.traceId });
        return { result: 'success' };
      },
    }),
  });
}
