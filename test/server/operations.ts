import type { Config } from '../../src/lib/config/schema.ts';
import { readSmsWebhook } from '../../src/lib/config/sms-webhook.ts';
import { parseSecretKeys } from '../../src/lib/config/secret-keys.ts';
import { createSecretBox } from '../../src/lib/core/secret-box.ts';
import { printCallbackUrl } from '../../src/lib/print-runs/print-callback-token.ts';
import { writeStubStatus } from '../../src/lib/print-runs/stub-print-status.ts';
import { testSecretKeys } from '../support/secret-keys.ts';
import type { ApiRequest } from './api.ts';
import type { ServiceWithRows } from './service-with-rows.ts';

export interface OperationRequest extends Pick<ApiRequest, 'body' | 'text' | 'headers'> {
  readonly path: string;
}

type Requests = (service: Pick<ServiceWithRows, 'rows' | 'unsubscribeToken' | 'file'>) => readonly OperationRequest[];

const personalisation = { name: 'Ann' };
const address = { address_line_1: 'Ann Example', address_line_2: '1 High Street', postcode: 'SW1A 1AA' };

function send(type: string, body: object): OperationRequest {
  return { path: `/v2/notifications/${type}`, body };
}

function v1Send(type: string, body: object): OperationRequest {
  return { path: `/notifications/${type}`, body };
}

const topic = 'arn:aws:sns:eu-west-1:123456789012:emails';

/** What the server has to be told for providers' requests to succeed. */
export const operationConfig: Partial<Config> = {
  mmgReceiptCredentials: ['provider', 'password'],
  firetextReceiptCredentials: ['provider', 'password'],
  mmgInboundUsernames: ['provider'],
  mmgInboundPasswords: ['password'],
  firetextInboundPasswords: ['password'],
  snsVerification: 'off',
  sesTopicArns: [topic],
  printTopicArns: [topic],
  smsWebhook: readSmsWebhook({
    url: 'https://gateway.example/',
    receipts: { secrets: ['password'], statuses: { delivered: ['DELIVRD'] } },
  }),
};

/** With a prefix on every name: what stands alone in angle brackets is a row to those who read requests as templates. */
const capAlert = `<c:alert xmlns:c="urn:oasis:names:tc:emergency:cap:1.2">
  <c:identifier>flood-1</c:identifier><c:sender>www.example.gov.uk/floods</c:sender><c:sent>2026-03-10T12:00:00-00:00</c:sent>
  <c:status>Actual</c:status><c:msgType>Alert</c:msgType><c:scope>Public</c:scope>
  <c:info><c:category>Met</c:category><c:event>Flood warning</c:event><c:urgency>Immediate</c:urgency>
    <c:severity>Severe</c:severity><c:certainty>Likely</c:certainty><c:description>Go upstairs.</c:description>
    <c:area><c:areaDesc>River Steeping</c:areaDesc><c:polygon>53.1,0.2 53.2,0.2 53.2,0.3 53.1,0.2</c:polygon></c:area></c:info>
</c:alert>`;

function basic(user: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:password`).toString('base64')}` };
}

function printToken(letter: string): string {
  const secretBox = createSecretBox(parseSecretKeys(testSecretKeys));
  return new URL(printCallbackUrl({ secretBox }, 'http://notify.example', letter)).searchParams.get('token')!;
}

const sentId = '019cd000-0000-7000-8000-000000000001';
const aBounce = {
  notificationType: 'Bounce',
  mail: { messageId: 'ses-1', timestamp: '2026-03-10T12:00:00.000Z' },
  bounce: { bounceType: 'Permanent' },
};

/**
 * Requests by `operationId` that succeed with the rows of the service that asks: what tests need that walk the whole API.
 * Together they name an own row wherever an id may be.
 */
export const operationRequests: Readonly<Record<string, Requests>> = {
  getOpenApi: () => [{ path: '/openapi.json' }],
  getRoot: () => [{ path: '/' }],
  getStatus: () => [{ path: '/_status' }, { path: '/_status?simple=1' }],
  postStatus: () => [{ path: '/_status' }, { path: '/_status', text: 'anything' }],
  getLiveCounts: () => [{ path: '/_status/live-service-and-organisation-counts' }],
  unsubscribe: ({ rows, unsubscribeToken }) => [{ path: `/unsubscribe/${rows.email}/${unsubscribeToken}` }],

  sendSms: ({ rows }) => [
    send('sms', {
      phone_number: '07900900123',
      template_id: rows.smsTemplate,
      sms_sender_id: rows.smsSender,
      personalisation,
    }),
    send('sms', { phone_number: '07700900000', template_id: rows.smsTemplate, personalisation }),
  ],
  sendEmail: ({ rows }) => [
    send('email', {
      email_address: 'someone@example.com',
      template_id: rows.emailTemplate,
      email_reply_to_id: rows.emailReplyTo,
      personalisation: { name: 'https://evil.example' },
      sanitise_content_for: ['name'],
      one_click_unsubscribe_url: 'https://example.com/leave',
      reference: 'mine',
    }),
    send('email', { email_address: 'a@example.com', template_id: rows.emailTemplate, personalisation }),
  ],
  sendLetter: ({ rows }) => [
    send('letter', { template_id: rows.letterTemplate, personalisation: { ...personalisation, ...address } }),
    send('letter', { reference: 'mine', content: 'JVBERi0xLjcK', postage: 'first' }),
  ],
  listNotifications: ({ rows }) => [
    { path: '/v2/notifications' },
    { path: `/v2/notifications?older_than=${rows.sms}` },
  ],
  getNotification: ({ rows }) => [rows.sms, rows.email, rows.letter].map((id) => ({ path: `/v2/notifications/${id}` })),
  getLetterPdf: ({ rows }) => [{ path: `/v2/notifications/${rows.letter}/pdf` }],

  getTemplate: ({ rows }) =>
    [rows.smsTemplate, rows.emailTemplate, rows.letterTemplate].map((id) => ({ path: `/v2/template/${id}` })),
  getTemplateVersion: ({ rows }) => [{ path: `/v2/template/${rows.emailTemplate}/version/1` }],
  listTemplates: () => [{ path: '/v2/templates' }, { path: '/v2/templates?type=letter' }],
  previewTemplate: ({ rows }) =>
    [rows.smsTemplate, rows.emailTemplate, rows.letterTemplate].map((id) => ({
      path: `/v2/template/${id}/preview`,
      body: { personalisation: { ...personalisation, ...address } },
    })),
  listReceivedTexts: ({ rows }) => [
    { path: '/v2/received-text-messages' },
    { path: `/v2/received-text-messages?older_than=${rows.receivedText}` },
  ],

  createBroadcast: () => [
    { path: '/v2/broadcast', headers: { 'content-type': 'application/cap+xml' }, text: capAlert },
  ],

  getDocument: ({ file: { path, key } }) => [{ path: `${path}?key=${key}` }, { path: `${path}.txt?key=${key}` }],
  checkDocument: ({ file: { path, key } }) => [{ path: `${path}/check?key=${key}` }],
  authenticateDocument: ({ file: { path, key } }) => [
    { path: `${path}/authenticate`, body: { key, email_address: 'someone@example.com' } },
  ],

  v1SendSms: ({ rows }) => [v1Send('sms', { to: '07900900123', template: rows.smsTemplate, personalisation })],
  v1SendEmail: ({ rows }) => [v1Send('email', { to: 'a@example.com', template: rows.emailTemplate, personalisation })],
  v1ListNotifications: () => [{ path: '/notifications' }, { path: '/notifications?page_size=1&include_jobs=true' }],
  v1GetNotification: ({ rows }) => [rows.sms, rows.email].map((id) => ({ path: `/notifications/${id}` })),

  receiveMmgReceipt: () => [
    { path: '/notifications/sms/mmg', headers: basic('provider'), body: { CID: sentId, status: '3', substatus: '5' } },
  ],
  receiveFiretextReceipt: () => [
    {
      path: '/notifications/sms/firetext',
      headers: basic('provider'),
      text: `reference=${sentId}&status=1&code=101&time=2026-03-10+12:00:00`,
    },
  ],
  receiveGatewayReceipt: () => [
    {
      path: '/notifications/sms/gateway',
      headers: { authorization: 'Bearer password' },
      body: { reference: sentId, status: 'DELIVRD' },
    },
  ],
  receiveSesReceipt: () => [
    {
      path: '/notifications/email/ses',
      body: { Type: 'Notification', TopicArn: topic, Message: JSON.stringify(aBounce) },
    },
  ],
  receivePrintFile: () => [
    {
      path: '/notifications/letter/dvla',
      body: { Type: 'Notification', MessageId: '1', TopicArn: topic, Message: JSON.stringify({ Records: [] }) },
    },
  ],
  receivePrintStatus: ({ rows }) => [
    {
      path: `/notifications/letter/status?token=${encodeURIComponent(printToken(rows.letter))}`,
      body: JSON.parse(
        writeStubStatus(
          { id: rows.letter, despatchMethod: null },
          { jobStatus: 'DESPATCHED', at: new Date('2026-03-10T12:00:00Z') },
        ),
      ) as object,
    },
  ],
  receiveMmgText: () => [
    {
      path: '/notifications/sms/receive/mmg',
      headers: basic('provider'),
      body: { Number: '447700900001', MSISDN: '447900900123', Message: 'Hello', ID: '1' },
    },
  ],
  receiveFiretextText: () => [
    {
      path: '/notifications/sms/receive/firetext',
      headers: basic('notify'),
      text: 'destination=447700900001&source=447900900123&message=Hello&time=2026-03-10',
    },
  ],
};
