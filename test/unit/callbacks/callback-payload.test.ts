import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  complaintPayload,
  deliveryStatusPayload,
  formatPayload,
  inboundSmsPayload,
  returnedLetterPayload,
  type ReturnedLetter,
} from '../../../src/lib/callbacks/callback-payload.ts';
import { webhookHeaders, webhookKey } from '../../../src/lib/callbacks/webhook-signature.ts';

const id = '018f2f6e-7c1a-7000-8000-000000000001';
const serviceId = '018f2f6e-7c1a-7000-8000-000000000002';
const templateId = '018f2f6e-7c1a-7000-8000-000000000003';

const notification = {
  id,
  serviceId,
  clientReference: '12345678',
  to: '07700912345',
  status: 'delivered',
  createdAt: new Date('2017-05-14T12:15:30.000Z'),
  updatedAt: new Date('2017-05-14T12:15:33.250Z'),
  sentAt: new Date('2017-05-14T12:15:31.000Z'),
  notificationType: 'sms',
  templateId,
  templateVersion: 1,
} as const;

const text = {
  id,
  serviceId,
  createdAt: new Date('2017-05-14T12:15:30.000Z'),
  notifyNumber: '07700900999',
  userNumber: '447700900123',
  provider: 'mmg',
  providerReference: 'x',
  providerDate: new Date('2017-05-14T12:14:00.000Z'),
  content: 'Caf\u00e9 "\\"/\n\u{1f600}\u007f\u0001',
};

const letter: ReturnedLetter = {
  notificationId: id,
  serviceId,
  clientReference: 'ref',
  createdAt: new Date('2017-05-14T12:15:30.000Z'),
  sentByEmailAddress: null,
  isPrecompiled: false,
  templateName: 'Letter',
  templateId,
  templateVersion: 2,
  spreadsheetFileName: null,
  spreadsheetRowNumber: null,
  uploadLetterFileName: null,
};

describe('the body of a callback', () => {
  const bodies: [string, Parameters<typeof formatPayload>[0], string][] = [
    [
      'of a receipt',
      deliveryStatusPayload(notification),
      `{"id": "${id}", "reference": "12345678", "to": "07700912345", "status": "delivered", "created_at": "2017-05-14T12:15:30.000000Z", "completed_at": "2017-05-14T12:15:33.250000Z", "sent_at": "2017-05-14T12:15:31.000000Z", "notification_type": "sms", "template_id": "${templateId}", "template_version": 1}`,
    ],
    [
      'of a receipt without what may be missing',
      deliveryStatusPayload({ ...notification, clientReference: null, updatedAt: null, sentAt: null }),
      `{"id": "${id}", "reference": null, "to": "07700912345", "status": "delivered", "created_at": "2017-05-14T12:15:30.000000Z", "completed_at": null, "sent_at": null, "notification_type": "sms", "template_id": "${templateId}", "template_version": 1}`,
    ],
    [
      'of a received text, in ASCII',
      inboundSmsPayload(text),
      `{"id": "${id}", "source_number": "447700900123", "destination_number": "07700900999", "message": "Caf\\u00e9 \\"\\\\\\"/\\n\\ud83d\\ude00\\u007f\\u0001", "date_received": "2017-05-14T12:14:00.000000Z"}`,
    ],
    [
      'of a received text without the time of the provider',
      inboundSmsPayload({ ...text, providerDate: null, content: '' }),
      `{"id": "${id}", "source_number": "447700900123", "destination_number": "07700900999", "message": "", "date_received": "2017-05-14T12:15:30.000000Z"}`,
    ],
    [
      'of a complaint',
      complaintPayload({
        id: serviceId,
        serviceId,
        notificationId: id,
        clientReference: null,
        to: 'a@example.com',
        complaintDate: new Date('2017-05-14T12:15:30.000Z'),
      }),
      `{"notification_id": "${id}", "complaint_id": "${serviceId}", "reference": null, "to": "a@example.com", "complaint_date": "2017-05-14T12:15:30.000000Z"}`,
    ],
    [
      'of a returned letter of the API',
      returnedLetterPayload(letter),
      `{"notification_id": "${id}", "reference": "ref", "date_sent": "2017-05-14T12:15:30.000000Z", "sent_by": "API", "template_name": "Letter", "template_id": "${templateId}", "template_version": 2, "spreadsheet_file_name": null, "spreadsheet_row_number": null, "upload_letter_file_name": null}`,
    ],
    [
      'of a returned letter of a file',
      returnedLetterPayload({
        ...letter,
        sentByEmailAddress: 'u@example.com',
        spreadsheetFileName: 'list.csv',
        spreadsheetRowNumber: 3,
      }),
      `{"notification_id": "${id}", "reference": null, "date_sent": "2017-05-14T12:15:30.000000Z", "sent_by": "u@example.com", "template_name": "Letter", "template_id": "${templateId}", "template_version": 2, "spreadsheet_file_name": "list.csv", "spreadsheet_row_number": 3, "upload_letter_file_name": null}`,
    ],
    [
      'of a returned letter that was uploaded',
      returnedLetterPayload({
        ...letter,
        isPrecompiled: true,
        sentByEmailAddress: 'u@example.com',
        uploadLetterFileName: 'a.pdf',
      }),
      `{"notification_id": "${id}", "reference": null, "date_sent": "2017-05-14T12:15:30.000000Z", "sent_by": "u@example.com", "template_name": null, "template_id": null, "template_version": null, "spreadsheet_file_name": null, "spreadsheet_row_number": null, "upload_letter_file_name": "a.pdf"}`,
    ],
  ];
  it.each(bodies)('%s', (_, payload, expected) => expect(formatPayload(payload)).toBe(expected));
});

describe('the signature of a callback', () => {
  it('is one of Standard Webhooks, with a key made from the bearer token', () => {
    const headers = webhookHeaders({
      webhookId: 'w_1',
      bearerToken: 'a-long-token',
      body: '{}',
      at: new Date('2026-03-10T12:00:00.999Z'),
    });
    // What a library of the receiver does with `whsec_` and the base64 of the key.
    const key = Buffer.from(webhookKey('a-long-token').toString('base64'), 'base64');
    const expected = createHmac('sha256', key).update('w_1.1773144000.{}').digest('base64');
    expect(headers).toEqual({
      'webhook-id': 'w_1',
      'webhook-timestamp': '1773144000',
      'webhook-signature': `v1,${expected}`,
    });
    expect(webhookKey('a-long-token')).toHaveLength(32);
    expect(webhookKey('another-token')).not.toEqual(webhookKey('a-long-token'));
  });
});
