import { beforeAll, describe, expect, it } from 'vitest';
import { openApiDocument } from '../../scripts/docs/openapi-document.ts';
import { createBroadcast } from '../../src/lib/broadcasts/create-broadcast.ts';
import { createCallback } from '../../src/lib/callbacks/create-callback.ts';
import { createContactList } from '../../src/lib/contact-lists/create-contact-list.ts';
import { addInboundNumber } from '../../src/lib/inbound/add-inbound-number.ts';
import { receiveTextMessage } from '../../src/lib/inbound/receive-text-message.ts';
import { uploadPlace } from '../../src/lib/letters/precompiled-upload.ts';
import { createOrganisation } from '../../src/lib/organisations/create-organisation.ts';
import { showAllProviderDetails } from '../../src/lib/providers/show-provider-details.ts';
import { addDataRetention } from '../../src/lib/retention/save-data-retention.ts';
import { addMember } from '../../src/lib/services/add-member.ts';
import { addSender } from '../../src/lib/services/add-sender.ts';
import { newServicePermissions } from '../../src/lib/services/service.ts';
import { createUser } from '../../src/lib/users/create-user.ts';
import { systemUserId } from '../../src/lib/users/user.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { plainError, type ApiAnswer } from './api.ts';
import { useInternalApi } from './internal-api.ts';
import { insertJobRow } from './job-rows.ts';
import { insertRows } from './notification-rows.ts';
import { registeredRoutes, type RegisteredRoute } from './registered-routes.ts';

const api = useInternalApi({ config: { callbackAllowedHosts: ['callbacks.example'] } });
const all = await registeredRoutes(openApiDocument);
const routes = all.filter(({ internal }) => internal);
const by = systemUserId;
const callback = { url: 'https://callbacks.example/', bearer_token: 'a-secret-token', updated_by_id: by };

interface Rows {
  readonly serviceId: string;
  readonly key: string;
  /** By the name of the parameter; of senders by their path. */
  readonly ids: Readonly<Record<string, string>>;
}

let mine: Rows;
let foreign: Rows;

async function aServiceWithRows(): Promise<Rows> {
  const { id: serviceId } = await aService(api, {
    permissions: [...newServicePermissions, 'broadcast', 'inbound_sms'],
  });
  const template = await aTemplate(api, serviceId);
  const { apiKey, text } = await anApiKey(api, serviceId);
  const list = {
    id: api.ids.uuid(),
    originalFileName: 'a.csv',
    rowCount: 1,
    templateType: 'sms',
    createdById: by,
  } as const;
  const { url, bearer_token: bearerToken } = callback;
  const told = { serviceId, callbackType: 'delivery_status', url, bearerToken, updatedById: by } as const;
  const sender = async (type: 'sms' | 'email' | 'letter', value: string): Promise<string> =>
    (await addSender(api, { serviceId, type, value, isDefault: true })).id;
  const kept = { serviceId, notificationType: 'sms', daysOfRetention: 3 } as const;
  return {
    serviceId,
    key: text,
    ids: {
      job_id: await insertJobRow(api, template, { status: 'scheduled' }),
      contact_list_id: (await createContactList(api, { ...list, serviceId })).id,
      template_id: template.id,
      api_key_id: apiKey.id,
      organisation_id: (await createOrganisation(api, { name: `Organisation of ${serviceId}` })).id,
      callback_id: (await createCallback(api, told)).id,
      'inbound-api': (await createCallback(api, { ...told, callbackType: 'inbound_sms' })).id,
      retention_id: (await addDataRetention(api, kept)).id,
      notification_id: await insertRows(api, template),
      broadcast_message_id: await aBroadcast(serviceId),
      user_id: await aMember(serviceId),
      file_id: await anUpload(serviceId),
      inbound_sms_id: await aReceivedText(serviceId),
      provider_id: (await showAllProviderDetails(api))[0]!.id,
      'email-reply-to': await sender('email', 'a@example.com'),
      'letter-contact': await sender('letter', '1 High Street'),
      'sms-sender': await sender('sms', 'Sender'),
    },
  };
}

async function aBroadcast(serviceId: string): Promise<string> {
  const source = { content: 'Get to higher ground', reference: 'River' };
  return (await createBroadcast(api, { serviceId, createdById: by, source })).id;
}

async function aMember(serviceId: string): Promise<string> {
  const emailAddress = `${api.ids.uuid()}@example.gov.uk`;
  const { id: userId } = await createUser(api, { name: 'Ann', emailAddress, mobileNumber: null });
  await addMember(api, { serviceId, userId, permissions: [] });
  return userId;
}

async function anUpload(serviceId: string): Promise<string> {
  const fileId = api.ids.uuid();
  const { area, key } = uploadPlace({ serviceId, fileId });
  await api.storage.put(area, key, Buffer.from('a PDF'));
  return fileId;
}

let texts = 0;

async function aReceivedText(serviceId: string): Promise<string> {
  const number = `0770090010${(texts += 1)}`;
  await addInboundNumber(api, { number, provider: 'mmg', serviceId });
  const text = { to: number, from: '07900900123', content: 'Hello', providerReference: null, providerDate: null };
  return (await receiveTextMessage(api, text)).id;
}

beforeAll(async () => {
  mine = await aServiceWithRows();
  foreign = await aServiceWithRows();
});

/** Bodies with which writes to a row are well formed. */
function bodyOf(url: string): object {
  if (url.includes('email-reply-to')) return { email_address: 'b@example.com', is_default: true };
  if (url.includes('letter-contact')) return { contact_block: '2 High Street', is_default: true };
  if (url.includes('sms-sender')) return { sms_sender: 'Other', is_default: true };
  if (/(delivery-receipt|inbound)-api/.test(url)) return callback;
  if (url.includes('callback-api')) return { ...callback, callback_type: 'delivery_status' };
  if (url.endsWith('/status')) return { status: 'pending-approval', created_by: by };
  if (url.includes(':user_id')) return { permissions: [] };
  return url.includes('data-retention') ? { days_of_retention: 4 } : {};
}

/** The parameter of a path that names a row, if there is one. */
function rowOf(url: string): string | null {
  return /:(\w+_id)\b/.exec(url.replace(':service_id', ''))?.[1] ?? null;
}

function pathOf({ url }: RegisteredRoute, { serviceId, rowId }: { serviceId: string; rowId: string }): string {
  const path = url
    .replace(':service_id', serviceId)
    .replace(/:\w+_id\b/, rowId)
    .replace(':date', '2026-01-01')
    .replace(':type', 'sms')
    .replace(':file_type', 'pdf')
    .replace(':version', '1');
  return url.includes('callback-api/') ? `${path}?callback_type=delivery_status` : path;
}

const unknownId = '019cd000-0000-7000-8000-000000000000';
const ask = (route: RegisteredRoute, ids: { serviceId: string; rowId: string }): Promise<ApiAnswer> => {
  const { method, url } = route;
  const body = method === 'GET' || method === 'DELETE' ? {} : { body: bodyOf(url) };
  return api.internal(pathOf(route, ids), { method, ...body });
};

describe.each(routes.map((route) => [`${route.method} ${route.url}`, route] as const))('%s', (_, route) => {
  const path = (): string => pathOf(route, { serviceId: mine.serviceId, rowId: unknownId });

  it('is in no document, and needs the token of the internal client', async () => {
    expect(route.hidden).toBe(true);
    const text = 'no JSON';
    const without = await api.call(path(), { method: route.method, text });
    const message = 'Unauthorized: authentication token must be provided';
    expect([without.status, without.json]).toEqual([401, { result: 'error', message: { token: [message] } }]);
    const service = await api.call(path(), { method: route.method, key: mine.key, text });
    const notAllowed = 'Unauthorized: not allowed to perform this action';
    expect([service.status, service.json]).toEqual([401, { result: 'error', message: { token: [notAllowed] } }]);
  });

  if (!route.url.includes(':service_id')) return;

  it('finds nothing of a service that is unknown or malformed', async () => {
    for (const serviceId of [unknownId, 'nonsense']) {
      const answer = await ask(route, { serviceId, rowId: unknownId });
      // Where the body is looked at first, it may be refused before.
      if (answer.status !== 400) expect([answer.status, answer.json]).toMatchObject([404, { result: 'error' }]);
    }
  });

  const row = rowOf(route.url);
  if (row === null) return;
  const place = row === 'sender_id' || route.url.includes('/inbound-api/') ? route.url.split('/')[3]! : row;

  it('takes an id of another service, or none, for an id of nothing', async () => {
    const { serviceId } = mine;
    const unknown = await ask(route, { serviceId, rowId: unknownId });
    // Anybody can be put on a team.
    const isAdding = route.method === 'POST' && place === 'user_id' && route.url.includes('/users/');
    for (const rowId of [...(isAdding ? [] : [foreign.ids[place]!]), 'nonsense']) {
      const answer = await ask(route, { serviceId, rowId });
      if (place === 'user_id') {
        // Who is not on a team is told of in other words than an id that is none.
        expect(answer.status).toBe(404);
        continue;
      }
      if (place === 'retention_id') {
        // A look at what there is not is no error here; whoever changes it is told the id that he gave.
        if (route.method === 'GET' && rowId !== 'nonsense') expect(answer.json).toEqual({});
        else expect(answer.status).toBe(404);
        continue;
      }
      expect([answer.status, answer.json]).toEqual([unknown.status, unknown.json]);
      expect(answer.status).toBe(404);
    }
  });
});

it('the rows that the walk uses are there', async () => {
  for (const route of routes.filter(({ method, url }) => method === 'GET' && rowOf(url) !== null)) {
    const row = rowOf(route.url)!;
    const rowId =
      mine.ids[row === 'sender_id' || route.url.includes('/inbound-api/') ? route.url.split('/')[3]! : row]!;
    const { status, text } = await ask(route, { serviceId: mine.serviceId, rowId });
    // A preview lacks its values, and only letters have pages.
    const isPreview = route.url.includes('/preview');
    expect([200, ...(isPreview ? [400] : [])], `${route.url} ${text}`).toContain(status);
  }
  expect(routes.length).toBeGreaterThan(50);
});

it('a path that there is not, or a method, is refused as everywhere', async () => {
  expect((await api.internal('/service/x/y')).status).toBe(404);
  const wrong = await api.internal(`/service/${mine.serviceId}/job`, { method: 'DELETE' });
  expect([wrong.status, wrong.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS, POST']);
  expect(wrong.json).toEqual(plainError('The method is not allowed for the requested URL.'));
  const guests = await api.internal(`/service/${mine.serviceId}/guest-list`, { method: 'OPTIONS' });
  expect([guests.status, guests.headers.allow]).toEqual([200, 'GET, HEAD, OPTIONS, PUT']);
});
