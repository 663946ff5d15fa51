import type { ApiRequest } from './api.ts';
import type { ServiceWithRows } from './service-with-rows.ts';

export interface OperationRequest extends Pick<ApiRequest, 'body' | 'text'> {
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

  getDocument: ({ file: { path, key } }) => [{ path: `${path}?key=${key}` }, { path: `${path}.txt?key=${key}` }],
  checkDocument: ({ file: { path, key } }) => [{ path: `${path}/check?key=${key}` }],
  authenticateDocument: ({ file: { path, key } }) => [
    { path: `${path}/authenticate`, body: { key, email_address: 'someone@example.com' } },
  ],

  v1SendSms: ({ rows }) => [v1Send('sms', { to: '07900900123', template: rows.smsTemplate, personalisation })],
  v1SendEmail: ({ rows }) => [v1Send('email', { to: 'a@example.com', template: rows.emailTemplate, personalisation })],
  v1ListNotifications: () => [{ path: '/notifications' }, { path: '/notifications?page_size=1&include_jobs=true' }],
  v1GetNotification: ({ rows }) => [rows.sms, rows.email].map((id) => ({ path: `/notifications/${id}` })),
};
