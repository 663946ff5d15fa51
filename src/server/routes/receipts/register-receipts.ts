import type { FastifyInstance } from 'fastify';
import type { App } from '../../../lib/app.ts';
import { registerRawBody } from '../../plugins/json-body.ts';
import { registerReceiptErrors } from '../../plugins/receipt-errors.ts';
import { registerGatewayReceipts } from './gateway.ts';
import { registerPrintReceipts } from './print-receipts.ts';
import { registerProviderTexts } from './received-texts.ts';
import { registerSesReceipts } from './ses-receipts.ts';
import { registerSmsReceipts } from './sms-receipts.ts';

/** What providers post: receipts of texts and emails, and the texts that people send. */
export function registerReceipts(server: FastifyInstance, app: App): void {
  registerReceiptErrors(server);
  registerRawBody(server);
  registerSmsReceipts(server, app);
  registerGatewayReceipts(server, app);
  registerSesReceipts(server, app);
  registerPrintReceipts(server, app);
  registerProviderTexts(server, app);
}
