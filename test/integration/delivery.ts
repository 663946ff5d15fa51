/** Messages for tests of their delivery, and providers that do what the test says. */
import { keyTypes, type ApiKey, type KeyType } from '../../src/lib/api-keys/api-key.ts';
import type { JsonObject } from '../../src/lib/core/json.ts';
import { acceptNotification } from '../../src/lib/notifications/accept-notification.ts';
import { findNotification } from '../../src/lib/notifications/notification-repository.ts';
import {
  listNotificationEvents,
  type NotificationEvent,
} from '../../src/lib/notifications/notification-event-repository.ts';
import type { NotificationStatus } from '../../src/lib/notifications/notification-status.ts';
import type { Notification } from '../../src/lib/notifications/notification.ts';
import type {
  EmailMessage,
  EmailProvider,
  SendResult,
  SmsMessage,
  SmsProvider,
} from '../../src/lib/providers/provider.ts';
import type { CreateServiceInput } from '../../src/lib/services/create-service.ts';
import type { Service } from '../../src/lib/services/service.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { storedJobs, type StoredJob } from '../support/queue-probe.ts';
import type { TestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';

/** A service with keys of every type and templates whose whole text is their placeholder `text`. */
export interface Sender {
  readonly service: Service;
  readonly keys: Readonly<Record<KeyType, ApiKey>>;
  readonly sms: Template;
  readonly email: Template;
}

const guests = ['07900900123', 'someone@example.com'];

export async function aSender(app: TestApp, input: Partial<CreateServiceInput> = {}): Promise<Sender> {
  const service = await aService(app, { guestList: guests, ...input });
  const keys = {} as Record<KeyType, ApiKey>;
  for (const keyType of keyTypes) keys[keyType] = (await anApiKey(app, service.id, { keyType })).apiKey;
  return {
    service,
    keys,
    sms: await aTemplate(app, service.id, { content: '((text))' }),
    email: await aTemplate(app, service.id, { templateType: 'email', subject: 'About ((text))', content: '((text))' }),
  };
}

export interface Message {
  readonly type?: 'sms' | 'email';
  readonly keyType?: KeyType;
  readonly to?: string;
  readonly text?: string;
  readonly personalisation?: JsonObject;
  readonly unsubscribeUrl?: string;
  readonly template?: Template;
}

/** Accepts a message as the API does, and returns its id. */
export async function accept(app: TestApp, sender: Sender, message: Message = {}): Promise<string> {
  const { type = 'sms', keyType = 'normal', text = 'Hello', personalisation = { text } } = message;
  const accepted = await acceptNotification(app, {
    service: sender.service,
    apiKey: sender.keys[keyType],
    notificationType: type,
    to: message.to ?? (type === 'sms' ? '07900900123' : 'someone@example.com'),
    templateId: (message.template ?? sender[type]).id,
    personalisation,
    clientReference: null,
    senderId: null,
    unsubscribeUrl: message.unsubscribeUrl ?? null,
    sanitiseContentFor: null,
    createdById: null,
    idempotentAnswer: null,
    requestId: 'trace-1',
  });
  return accepted.id;
}

export async function read(app: TestApp, id: string): Promise<Notification> {
  return (await findNotification(app.db, app.secretBox, id))!;
}

export function eventsOf(app: TestApp, id: string): Promise<NotificationEvent[]> {
  return listNotificationEvents(app.db, id);
}

/** Waits until a notification has a status and returns it as it then is. */
export function whenStatus(app: TestApp, id: string, status: NotificationStatus): Promise<Notification> {
  return waitFor(
    async () => {
      const notification = await read(app, id);
      if (notification.status === status) return notification;
      throw new Error(`it is ${notification.status}`);
    },
    { what: `notification ${id} to be ${status}` },
  );
}

/** The jobs about a notification that wait or run. */
export async function liveJobs(app: TestApp, id: string): Promise<StoredJob[]> {
  const isLive = ({ state }: StoredJob): boolean => state === 'created' || state === 'retry' || state === 'active';
  return (await storedJobs(app.db)).filter((job) => job.subject === id && isLive(job));
}

export interface FakeProvider<Message> {
  /** What it was given, oldest first; also what it threw at. */
  readonly messages: Message[];
  /** What becomes of messages from now on. */
  answer: (message: Message) => Promise<SendResult> | SendResult;
  /** Called when the process lets go of it. */
  close: () => void;
}

const taken: SendResult = { reference: null, verdict: null };

/** Puts a provider of our own in place of the sandbox; messages are taken, and no receipts come. */
export async function useFakeSmsProvider(app: TestApp): Promise<FakeProvider<SmsMessage>> {
  const fake: FakeProvider<SmsMessage> = { messages: [], answer: () => taken, close: () => undefined };
  const provider: SmsProvider = { identifier: 'mmg', send: sendOf(fake), close: async () => fake.close() };
  (app.providers.sms as Map<string, SmsProvider>).set('mmg', provider);
  await activateOnly(app, 'sms', 'mmg');
  return fake;
}

export async function useFakeEmailProvider(app: TestApp): Promise<FakeProvider<EmailMessage>> {
  const fake: FakeProvider<EmailMessage> = {
    messages: [],
    answer: () => ({ ...taken, reference: 'ses-reference' }),
    close: () => undefined,
  };
  const provider: EmailProvider = { identifier: 'ses', send: sendOf(fake), close: async () => fake.close() };
  (app.providers.email as Map<string, EmailProvider>).set('ses', provider);
  await activateOnly(app, 'email', 'ses');
  return fake;
}

function sendOf<Message>(fake: FakeProvider<Message>): (message: Message) => Promise<SendResult> {
  return async (message) => {
    fake.messages.push(message);
    return fake.answer(message);
  };
}

/** Makes one provider of a type, or none, the active one. */
export async function activateOnly(app: TestApp, type: 'sms' | 'email', identifier: string | null): Promise<void> {
  await app.db.query({
    text: 'UPDATE provider_details SET active = (identifier IS NOT DISTINCT FROM $2) WHERE notification_type = $1',
    values: [type, identifier],
  });
}
