import { expect, it } from 'vitest';
import { parseSecretKeys } from '../../../src/lib/config/secret-keys.ts';
import { createSecretBox } from '../../../src/lib/core/secret-box.ts';
import type { AcceptedMessage } from '../../../src/lib/notifications/accepted-message.ts';
import { queueFirstJob, readSaveArgs, type SaveArgs } from '../../../src/lib/notifications/queue-first-job.ts';
import { testSecretKeys } from '../../support/secret-keys.ts';

const secretBox = createSecretBox(parseSecretKeys(testSecretKeys));
const message: AcceptedMessage = {
  notification: {
    id: '019cd000-0000-7000-8000-000000000001',
    serviceId: '019cd000-0000-7000-8000-000000000002',
    notificationType: 'email',
    to: 'Someone@example.com',
    normalisedTo: 'someone@example.com',
    templateId: '019cd000-0000-7000-8000-000000000003',
    templateVersion: 2,
    apiKeyId: null,
    keyType: 'normal',
    status: 'created',
    clientReference: null,
    personalisation: { name: 'Zoë' },
    international: false,
    phonePrefix: null,
    rateMultiplier: null,
    replyToText: null,
    createdById: null,
    createdAt: new Date('2026-03-10T12:00:00.120Z'),
    unsubscribeLink: null,
  },
  processType: 'priority',
  requestId: 'trace-1',
};

it.each([{}, { baseUrl: 'https://api.example.com' }])('a queued message is read as it was accepted: %j', (more) => {
  const { args, requestId, subject } = queueFirstJob({ ...message, ...more }, secretBox);
  const { notification, processType } = message;
  expect({ requestId, subject }).toEqual({ requestId: 'trace-1', subject: notification.id });
  expect(JSON.stringify(args)).not.toMatch(/example|Zoë/i);
  expect(readSaveArgs(args as SaveArgs, secretBox)).toEqual({ notification, processType, ...more });
});
