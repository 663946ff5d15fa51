/** One message that a user sends by hand, over the internal API (admin API sheet §4.10). */
import { beforeAll, describe, expect, it } from 'vitest';
import { findNotification } from '../../src/lib/notifications/notification-repository.ts';
import { addMember } from '../../src/lib/services/add-member.ts';
import { changeGuestList } from '../../src/lib/services/change-guest-list.ts';
import { addSender } from '../../src/lib/services/add-sender.ts';
import { archiveTemplate } from '../../src/lib/templates/archive-template.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { createUser } from '../../src/lib/users/create-user.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { storedJobs } from '../support/queue-probe.ts';
import { plainError, type ApiAnswer } from './api.ts';
import { useInternalApi } from './internal-api.ts';

const api = useInternalApi();
const unknownId = '019cd000-0000-7000-8000-000000000000';
const address = { address_line_1: 'Ann Lee', address_line_2: '1 High Street', postcode: 'SW1A 1AA' };

interface Place {
  readonly serviceId: string;
  readonly name: string;
  readonly sms: Template;
  readonly email: Template;
  readonly letter: Template;
}

let live: Place;
let trial: Place;
let member: string;
let stranger: string;

async function aPlace(isLive: boolean): Promise<Place> {
  const { id: serviceId, name } = await aService(api, { live: isLive, permissions: ['sms', 'email', 'letter'] });
  await addMember(api, { serviceId, userId: member, permissions: ['send_texts'] });
  const [sms, email, letter] = [
    await aTemplate(api, serviceId),
    await aTemplate(api, serviceId, { templateType: 'email', hasUnsubscribeLink: true }),
    await aTemplate(api, serviceId, { templateType: 'letter' }),
  ];
  return { serviceId, name, sms, email, letter };
}

beforeAll(async () => {
  const emailAddress = 'member@example.gov.uk';
  member = (await createUser(api, { name: 'Ann Lee', emailAddress, mobileNumber: '07700900123' })).id;
  stranger = (await createUser(api, { name: 'Bo Ray', emailAddress: 'bo@example.gov.uk', mobileNumber: null })).id;
  live = await aPlace(true);
  trial = await aPlace(false);
});

function send({ serviceId }: Place, template: Template, body: object = {}): Promise<ApiAnswer> {
  const whole = { template_id: template.id, to: '07900900123', personalisation: { name: 'Cy' }, created_by: member };
  return api.internal(`/service/${serviceId}/send-notification`, { method: 'POST', body: { ...whole, ...body } });
}

describe('sending', () => {
  it.each([
    ['sms', '07900 900 123', { to: '07900 900 123', normalisedTo: '447900900123', replyToText: 'GOVUK' }],
    ['email', ' Someone@example.com', { to: 'Someone@example.com', normalisedTo: 'someone@example.com' }],
  ] as const)('a %s stores it with its job', async (type, to, columns) => {
    const { status, json } = await send(live, live[type], { to });
    expect([status, json]).toEqual([201, { id: expect.any(String) }]);
    expect(await findNotification(api.db, api.secretBox, json.id)).toMatchObject({
      serviceId: live.serviceId,
      notificationType: type,
      templateId: live[type].id,
      personalisation: { name: 'Cy' },
      apiKeyId: null,
      keyType: 'normal',
      status: 'created',
      createdById: member,
      ...columns,
    });
    const jobs = (await storedJobs(api.db)).filter(({ subject }) => subject === json.id);
    expect(jobs).toHaveLength(1);
  });

  it('a letter takes its address and reference from the personalisation', async () => {
    const personalisation = { name: 'Cy', ...address, reference: 'case-7' };
    const { status, json } = await send(live, live.letter, { to: undefined, personalisation });
    expect(status).toBe(201);
    expect(await findNotification(api.db, api.secretBox, json.id)).toMatchObject({
      notificationType: 'letter',
      to: 'Ann Lee\n1 High Street\nSW1A 1AA',
      clientReference: 'case-7',
      reference: expect.stringMatching(/^[A-Z0-9]{16}$/),
      postage: 'second',
      createdById: member,
    });
  });

  it('uses the sender that is chosen', async () => {
    const deps = { serviceId: live.serviceId, isDefault: true };
    await addSender(api, { ...deps, type: 'email', value: 'default@example.gov.uk' });
    const other = await addSender(api, { ...deps, type: 'email', value: 'other@example.gov.uk', isDefault: false });
    const { json } = await send(live, live.email, { to: 'a@example.com', sender_id: other.id });
    expect(await findNotification(api.db, api.secretBox, json.id)).toMatchObject({
      replyToText: 'other@example.gov.uk',
    });
  });
});

describe('sending in trial mode', () => {
  const message =
    'Can’t send to this recipient when service is in trial mode – see https://www.notifications.service.gov.uk/trial-mode';

  it('reaches the team, and not the guest list', async () => {
    await changeGuestList(api, { serviceId: trial.serviceId, add: ['07900900999'] });
    expect((await send(trial, trial.sms, { to: '+44 7700 900123' })).status).toBe(201);
    expect((await send(trial, trial.email, { to: 'MEMBER@example.gov.uk' })).status).toBe(201);
    for (const to of ['07900900999', '07900900123']) {
      const { status, json } = await send(trial, trial.sms, { to });
      expect([status, json]).toEqual([400, plainError(message)]);
    }
  });

  it('sends no letters', async () => {
    const { status, json } = await send(trial, trial.letter, { personalisation: { name: 'Cy', ...address } });
    expect([status, json]).toEqual([403, plainError('Cannot send letters when service is in trial mode')]);
  });
});

describe('refusals', () => {
  it.each([
    ['a short number', 'sms', { to: '0790' }, 'Mobile number is too short'],
    ['a number abroad', 'sms', { to: '+1 202 555 0183' }, 'Cannot send to international mobile numbers'],
    ['an address that is none', 'email', { to: 'someone' }, 'Not a valid email address'],
    ['a missing value', 'sms', { personalisation: {} }, 'Missing personalisation: name'],
    [
      'a text that is too long',
      'sms',
      { personalisation: { name: 'a'.repeat(919) } },
      'Your message is too long. Text messages cannot be longer than 918 characters. Your message is 925 characters long.',
    ],
    ['an unknown sender', 'sms', { sender_id: unknownId }, 'SMS sender not found'],
    [
      'an unknown reply-to address',
      'email',
      { to: 'a@b.com', sender_id: unknownId },
      'Reply to email address not found',
    ],
    ['a letter without an address', 'letter', {}, 'Address must be at least 3 lines'],
  ] as const)('%s', async (_, type, body, message) => {
    const { status, json } = await send(live, live[type], body);
    expect([status, json]).toEqual([400, plainError(message)]);
  });

  it('a user who is not on the team, after what is wrong with the message', async () => {
    const message = `Can’t create notification - Bo Ray is not part of the "${live.name}" service`;
    for (const [template, body] of [
      [live.sms, {}],
      [live.letter, { personalisation: { name: 'Cy', ...address } }],
    ] as const) {
      const { status, json } = await send(live, template, { ...body, created_by: stranger });
      expect([status, json]).toEqual([400, plainError(message)]);
    }
    const missing = await send(live, live.sms, { created_by: stranger, personalisation: {} });
    expect(missing.json).toEqual(plainError('Missing personalisation: name'));
  });

  it('a template of another service, an archived one, and one whose type the service may not send', async () => {
    const foreign = await send(live, trial.sms);
    expect([foreign.status, foreign.json]).toEqual([404, plainError('No result found')]);
    const archived = await aTemplate(api, live.serviceId);
    await archiveTemplate(api, { templateId: archived.id });
    expect((await send(live, archived)).json).toEqual(plainError('Template has been deleted'));
    const { id: serviceId, name } = await aService(api, { permissions: ['sms', 'email'] });
    const template = await aTemplate(api, serviceId);
    await api.db.query({ text: `DELETE FROM service_permissions WHERE service_id = $1`, values: [serviceId] });
    const refused = await send({ ...live, serviceId, name }, template);
    expect(refused.json).toEqual(plainError('Service is not allowed to send text messages'));
  });

  it('a daily limit that is used up', async () => {
    const { id: serviceId, name } = await aService(api, { permissions: ['sms'], smsLimit: 1 });
    await addMember(api, { serviceId, userId: member, permissions: [] });
    const template = await aTemplate(api, serviceId);
    const place = { ...live, serviceId, name };
    expect((await send(place, template)).status).toBe(201);
    const { status, json } = await send(place, template, { to: 'nonsense' });
    expect([status, json]).toEqual([429, plainError('Exceeded send limits (sms: 1) for today')]);
  });

  it('fields that are missing or wrong', async () => {
    const body = { template_id: 'x', created_by: undefined, sender_id: 1, personalisation: [] };
    expect((await send(live, live.sms, body)).json.message).toEqual({
      template_id: ['Not a valid UUID.'],
      created_by: ['Missing data for required field.'],
      sender_id: ['Not a valid string.'],
      personalisation: ['Not a valid mapping type.'],
    });
    expect((await send(live, live.sms, { to: undefined })).json.message).toEqual({
      to: ['Missing data for required field.'],
    });
  });
});
