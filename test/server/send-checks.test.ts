import { beforeAll, describe, expect, it } from 'vitest';
import { insertSmsSender } from '../../src/lib/services/service-repository.ts';
import type { Service } from '../../src/lib/services/service.ts';
import type { CreateTemplateInput } from '../../src/lib/templates/create-template.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { useApi, v2Error, type ApiAnswer } from './api.ts';

const api = useApi();
const phone = '07900900123';
const foreign = '+33 6 12 34 56 78';
const email = 'someone@example.com';
const unknownId = '019cd000-0000-7000-8000-000000000000';
const trialMode =
  'Can’t send to this recipient when service is in trial mode – see https://www.notifications.service.gov.uk/trial-mode';
const tooLong =
  'Your message is too long. Text messages cannot be longer than 918 characters. Your message is 919 characters long.';

type Type = 'sms' | 'email';

let live: Service;
let trial: Service;
const keys = new Map<string, string>();

beforeAll(async () => {
  live = await aService(api, { permissions: ['sms', 'email', 'letter'] });
  trial = await aService(api, { permissions: ['sms', 'email', 'letter'], live: false });
  for (const { id } of [live, trial]) keys.set(id, (await anApiKey(api, id)).text);
});

function post(service: Service, type: Type, body: object): Promise<ApiAnswer> {
  const to = type === 'sms' ? { phone_number: phone } : { email_address: email };
  const key = keys.get(service.id)!;
  return api.call(`/v2/notifications/${type}`, { method: 'POST', key, body: { ...to, ...body } });
}

async function template(service: Service, input: Partial<CreateTemplateInput> = {}): Promise<string> {
  return (await aTemplate(api, service.id, input)).id;
}

async function change(templateId: string, assignment: string): Promise<string> {
  await api.db.query({ text: `UPDATE templates SET ${assignment} WHERE id = $1`, values: [templateId] });
  return templateId;
}

function expectRefused(answer: ApiAnswer, message: string, error = 'BadRequestError'): void {
  expect(answer.json).toEqual(v2Error(400, error, message));
  expect(answer.status).toBe(400);
}

describe('the first check that fails answers', () => {
  it('the schema before the permission of the service', async () => {
    const service = await aService(api, { permissions: [] });
    keys.set(service.id, (await anApiKey(api, service.id)).text);
    const answer = await post(service, 'sms', { template_id: 'x' });
    expectRefused(answer, 'template_id is not a valid UUID', 'ValidationError');
  });

  it('the permission before the template', async () => {
    const service = await aService(api, { permissions: ['letter'] });
    keys.set(service.id, (await anApiKey(api, service.id)).text);
    const body = { template_id: unknownId };
    expectRefused(await post(service, 'sms', body), 'Service is not allowed to send text messages');
    expectRefused(await post(service, 'email', body), 'Service is not allowed to send emails');
  });

  it('the template that is not there before everything about the message', async () => {
    const hidden = await change(await template(live), 'hidden = true');
    for (const id of [unknownId, hidden, await template(trial)]) {
      expectRefused(await post(live, 'sms', { template_id: id, sms_sender_id: unknownId }), 'Template not found');
      expectRefused(await post(live, 'email', { template_id: id }), 'Template not found');
    }
  });

  it('its type before its being deleted', async () => {
    const rows: [Type, 'sms' | 'email' | 'letter', string][] = [
      ['email', 'sms', 'sms template is not suitable for email notification'],
      ['sms', 'email', 'email template is not suitable for sms notification'],
      ['sms', 'letter', 'letter template is not suitable for sms notification'],
      ['email', 'letter', 'letter template is not suitable for email notification'],
    ];
    for (const [type, templateType, message] of rows) {
      const id = await change(await template(live, { templateType }), 'archived = true');
      expectRefused(await post(live, type, { template_id: id }), message);
    }
  });

  it('its being deleted before missing personalisation', async () => {
    for (const type of ['sms', 'email'] as const) {
      const id = await change(await template(live, { templateType: type }), 'archived = true');
      expectRefused(await post(live, type, { template_id: id }), 'Template has been deleted');
    }
  });

  it('missing personalisation before the sender', async () => {
    const id = await template(live);
    const answer = await post(live, 'sms', { template_id: id, sms_sender_id: unknownId });
    expectRefused(answer, 'Missing personalisation: name');
  });

  it('an empty message before the sender', async () => {
    const id = await template(live, { content: '((name))' });
    const body = { template_id: id, personalisation: { name: ' ' }, sms_sender_id: unknownId };
    expectRefused(await post(live, 'sms', body), 'Your message is empty.');
  });

  it('the sender before the recipient', async () => {
    const sms = { template_id: await template(trial, { content: 'Hi' }), sms_sender_id: unknownId };
    expectRefused(
      await post(trial, 'sms', sms),
      `sms_sender_id ${unknownId} does not exist in database for service id ${trial.id}`,
    );
    const emailTemplate = await template(trial, { templateType: 'email', subject: 'Hi', content: 'Hi' });
    expectRefused(
      await post(trial, 'email', { template_id: emailTemplate, email_reply_to_id: unknownId }),
      `email_reply_to_id ${unknownId} does not exist in database for service id ${trial.id}`,
    );
  });

  it('whether the recipient is permitted before where the number is', async () => {
    const id = await template(trial, { content: 'Hi' });
    expectRefused(await post(trial, 'sms', { template_id: id, phone_number: foreign }), trialMode);
  });

  it('where the number is before the length of the text', async () => {
    const body = { template_id: await template(live), personalisation: { name: 'x'.repeat(913) } };
    expectRefused(
      await post(live, 'sms', { ...body, phone_number: foreign }),
      'Cannot send to international mobile numbers',
    );
    expectRefused(await post(live, 'sms', body), tooLong);
  });
});

describe('a sender or reply-to address that cannot be chosen', () => {
  it('is one of another service or an archived one', async () => {
    const id = await template(live, { content: 'Hi' });
    const others = api.ids.uuid();
    await insertSmsSender(api.db, trial.id, { id: others, smsSender: 'OTHER', isDefault: false }, api.clock.now());
    const archived = api.ids.uuid();
    await insertSmsSender(api.db, live.id, { id: archived, smsSender: 'OLD', isDefault: false }, api.clock.now());
    await api.db.query({ text: 'UPDATE service_sms_senders SET archived = true WHERE id = $1', values: [archived] });
    for (const sender of [others, archived]) {
      expectRefused(
        await post(live, 'sms', { template_id: id, sms_sender_id: sender }),
        `sms_sender_id ${sender} does not exist in database for service id ${live.id}`,
      );
    }
  });
});

describe('missing personalisation', () => {
  const rows: [string, Partial<CreateTemplateInput>, object, string][] = [
    ['in order of their first place', { content: '((b)) ((a)) ((b))' }, {}, 'b, a'],
    ['as the template spells them first', { content: '((First Name)) ((first_name)) ((FIRSTNAME))' }, {}, 'First Name'],
    ['with their blanks', { content: 'x (( Name))' }, {}, ' Name'],
    ['without those that are there', { content: '((a)) ((b)) ((c))' }, { b: '' }, 'a, c'],
    ['null counting as missing', { content: '((a)) ((b))' }, { a: null, b: 'b' }, 'a'],
    ['conditional ones, too', { content: 'x ((show??this)) ((a))' }, {}, 'show, a'],
    ['of the subject first', { templateType: 'email', subject: '((s))', content: '((c)) ((s))' }, {}, 's, c'],
  ];
  for (const [name, input, personalisation, missing] of rows) {
    it(`is named ${name}`, async () => {
      const answer = await post(live, input.templateType === 'email' ? 'email' : 'sms', {
        template_id: await template(live, input),
        personalisation,
      });
      expectRefused(answer, `Missing personalisation: ${missing}`);
    });
  }
});

describe('an empty message', () => {
  const refused: [Type, string, object][] = [
    ['sms', '((a))', { a: '' }],
    ['sms', ' ((a))\n((b))', { a: ' ', b: [] }],
    ['sms', '((a??text))', { a: 'no' }],
    ['email', '((a))', { a: '' }],
    ['email', '((a))\n((b))', { a: ' ', b: '\t' }],
    ['email', '((a??text))', { a: false }],
  ];
  for (const [type, content, personalisation] of refused) {
    it(`(${type} ${JSON.stringify(content)} with ${JSON.stringify(personalisation)}) is refused`, async () => {
      const id = await template(live, { templateType: type, content, ...(type === 'email' && { subject: 'Hi' }) });
      expectRefused(await post(live, type, { template_id: id, personalisation }), 'Your message is empty.');
    });
  }

  it('is not what an email of blanks only counts as', async () => {
    const id = await template(live, { templateType: 'email', subject: 'Hi' });
    await change(id, `content = ' '`);
    expect((await post(live, 'email', { template_id: id })).status).toBe(201);
  });
});

describe('where a number is', () => {
  const landline = '020 7836 1234';
  const jersey = '07797 712345';

  it('decides without the permissions for other countries and for landlines', async () => {
    const id = await template(live, { content: 'Hi' });
    const abroad = await post(live, 'sms', { template_id: id, phone_number: foreign });
    expectRefused(abroad, 'Cannot send to international mobile numbers');
    const fixed = await post(live, 'sms', { template_id: id, phone_number: landline });
    expectRefused(fixed, 'Not a UK mobile number', 'InvalidPhoneError');
    expect((await post(live, 'sms', { template_id: id, phone_number: jersey })).status).toBe(201);
  });

  it('does not matter with them', async () => {
    const service = await aService(api, { permissions: ['sms', 'international_sms', 'sms_to_uk_landlines'] });
    keys.set(service.id, (await anApiKey(api, service.id)).text);
    const id = await template(service, { content: 'Hi' });
    for (const number of [foreign, landline, jersey]) {
      expect((await post(service, 'sms', { template_id: id, phone_number: number })).status).toBe(201);
    }
  });
});

describe('the length', () => {
  it('of a text may be 918 characters, counted after the downgrade and without the name of the service', async () => {
    const service = await aService(api, { prefixSms: true });
    keys.set(service.id, (await anApiKey(api, service.id)).text);
    const id = await template(service, { content: '((text))' });
    const send = (text: string): Promise<ApiAnswer> =>
      post(service, 'sms', { template_id: id, personalisation: { text } });
    expect((await send('x'.repeat(918))).status).toBe(201);
    expect((await send(`${'x'.repeat(915)}…`)).status).toBe(201);
    expectRefused(await send('x'.repeat(919)), tooLong);
    expectRefused(await send(`${'x'.repeat(916)}…`), tooLong);
  });

  it('of an email may be 2,000,000 bytes', async () => {
    const id = await template(live, { templateType: 'email', subject: 'Hi', content: '((text))' });
    const send = (text: string): Promise<ApiAnswer> =>
      post(live, 'email', { template_id: id, personalisation: { text } });
    expect((await send('é'.repeat(1_000_000))).status).toBe(201);
    expectRefused(
      await send(`${'é'.repeat(1_000_000)}x`),
      'Your message is too long. Emails cannot be longer than 2000000 bytes. Your message is 2000001 bytes.',
    );
  });
});
