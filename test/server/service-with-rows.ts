import { checkDocument } from '../../src/lib/documents/check-document.ts';
import { storeDocument } from '../../src/lib/documents/store-document.ts';
import { letterPlace, type LetterName } from '../../src/lib/letters/letter-file.ts';
import { addInboundNumber } from '../../src/lib/inbound/add-inbound-number.ts';
import { receiveTextMessage } from '../../src/lib/inbound/receive-text-message.ts';
import { createUnsubscribeToken } from '../../src/lib/notifications/unsubscribe-token.ts';
import { insertEmailReplyTo, insertSmsSender } from '../../src/lib/services/service-repository.ts';
import { newServicePermissions } from '../../src/lib/services/service.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import type { TestApp } from '../support/test-app.ts';
import { insertRows } from './notification-rows.ts';

/** Ids of the rows of one service, a row of every kind. */
export interface Rows {
  readonly smsTemplate: string;
  readonly emailTemplate: string;
  readonly letterTemplate: string;
  readonly smsSender: string;
  readonly emailReplyTo: string;
  readonly sms: string;
  readonly email: string;
  /** Its PDF is in the store. */
  readonly letter: string;
  readonly receivedText: string;
}

export interface ServiceWithRows {
  readonly id: string;
  /** Text of a live key. */
  readonly key: string;
  readonly rows: Rows;
  /** What the recipient of `rows.email` unsubscribes with. */
  readonly unsubscribeToken: string;
  /** A file that anybody with its link may open. */
  readonly file: { readonly path: string; readonly key: string };
}

const recipient = 'someone@example.com';

/** A live service that owns a row of every kind. */
export async function aServiceWithRows(app: TestApp): Promise<ServiceWithRows> {
  const { id } = await aService(app, { permissions: [...newServicePermissions, 'inbound_sms', 'broadcast'] });
  const smsTemplate = await aTemplate(app, id);
  const emailTemplate = await aTemplate(app, id, { templateType: 'email', hasUnsubscribeLink: true });
  const letterTemplate = await aTemplate(app, id, { templateType: 'letter' });
  const smsSender = app.ids.uuid();
  await insertSmsSender(app.db, id, { id: smsSender, smsSender: 'Sender', isDefault: false }, app.clock.now());
  const emailReplyTo = app.ids.uuid();
  const address = { id: emailReplyTo, emailAddress: 'replies@example.com', isDefault: false };
  await insertEmailReplyTo(app.db, id, address, app.clock.now());
  return {
    id,
    key: (await anApiKey(app, id)).text,
    rows: {
      smsTemplate: smsTemplate.id,
      emailTemplate: emailTemplate.id,
      letterTemplate: letterTemplate.id,
      smsSender,
      emailReplyTo,
      sms: await insertRows(app, smsTemplate),
      email: await insertRows(app, emailTemplate, { to: recipient }),
      letter: await aPrintedLetter(app, letterTemplate),
      receivedText: await aReceivedText(app, id),
    },
    unsubscribeToken: createUnsubscribeToken(app, recipient),
    file: await aFile(app, id),
  };
}

async function aPrintedLetter(app: TestApp, template: Template): Promise<string> {
  const name: LetterName = {
    reference: app.ids.uuid().replaceAll('-', '').slice(-16).toUpperCase(),
    createdAt: new Date('2026-03-10T12:00:00Z'),
    postage: 'second',
  };
  const id = await insertRows(app, template, { createdAt: name.createdAt });
  await app.db.query({
    text: 'UPDATE notifications SET reference = $2, postage = $3 WHERE id = $1',
    values: [id, name.reference, name.postage],
  });
  const { area, key } = letterPlace({ keyType: 'normal', status: 'created' }, name);
  await app.storage.put(area, key, Buffer.from('%PDF-1.7\n'));
  return id;
}

async function aFile(app: TestApp, serviceId: string): Promise<ServiceWithRows['file']> {
  const upload = { document: 'YQ==', filename: null, isCsv: false, confirmationEmail: null, retentionPeriod: '1 week' };
  const { documentId, key } = await storeDocument(app, { serviceId, document: checkDocument(upload) });
  return { path: `/services/${serviceId}/documents/${documentId}`, key: key.toString('base64url') };
}

async function aReceivedText(app: TestApp, serviceId: string): Promise<string> {
  const number = `0770${app.ids.uuid().replace(/\D/g, '').slice(-7).padStart(7, '1')}`;
  await addInboundNumber(app, { number, provider: 'mmg', serviceId });
  const origin = { providerReference: null, providerDate: null };
  return (await receiveTextMessage(app, { to: number, from: '07900900123', content: 'Hello', ...origin })).id;
}
