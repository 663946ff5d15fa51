import { beforeAll, describe, expect, it } from 'vitest';
import { keyTypes, type KeyType } from '../../src/lib/api-keys/api-key.ts';
import type { Service } from '../../src/lib/services/service.ts';
import type { CreateTemplateInput } from '../../src/lib/templates/create-template.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { useApi, v2Error, type ApiAnswer } from './api.ts';

const api = useApi();
const unknownId = '019cd000-0000-7000-8000-000000000000';
const address = { address_line_1: 'A', address_line_2: 'B', postcode: 'SW1A 1AA' };

let live: Service;
let trial: Service;
const keys = {} as Record<KeyType, string>;
const trialKeys = {} as Record<KeyType, string>;

beforeAll(async () => {
  live = await aService(api);
  trial = await aService(api, { live: false });
  for (const keyType of keyTypes) {
    keys[keyType] = (await anApiKey(api, live.id, { keyType })).text;
    trialKeys[keyType] = (await anApiKey(api, trial.id, { keyType })).text;
  }
});

function post(body: unknown, key = keys.normal): Promise<ApiAnswer> {
  return api.call('/v2/notifications/letter', { method: 'POST', key, body });
}

function letterTemplate(input: Partial<CreateTemplateInput> = {}, serviceId = live.id): Promise<Template> {
  return aTemplate(api, serviceId, { templateType: 'letter', subject: 'Main heading', content: 'Hello', ...input });
}

async function change(templateId: string, assignment: string, ...values: unknown[]): Promise<void> {
  for (const table of ['templates', 'templates_history']) {
    await api.db.query({ text: `UPDATE ${table} SET ${assignment} WHERE id = $1`, values: [templateId, ...values] });
  }
}

async function giveContactBlock(templateId: string, text: string): Promise<void> {
  const id = api.ids.uuid();
  await api.db.query({
    text: `INSERT INTO service_letter_contacts (id, service_id, contact_block, is_default, created_at)
           SELECT $1, service_id, $2, false, now() FROM templates WHERE id = $3`,
    values: [id, text, templateId],
  });
  await change(templateId, 'service_letter_contact_id = $2', id);
}

async function countNotifications(): Promise<number> {
  const { rows } = await api.db.query<{ count: number }>('SELECT count(*)::int AS count FROM notifications');
  return rows[0]!.count;
}

async function expectRefused(
  answer: ApiAnswer,
  message: string,
  error = 'BadRequestError',
  status = 400,
): Promise<void> {
  expect(answer.json).toEqual(v2Error(status, error, message));
  expect(answer.status).toBe(status);
}

describe('a body that does not fit the schema', () => {
  const rows: [what: string, body: unknown, ...messages: string[]][] = [
    ['nothing', {}, 'template_id is a required property', 'personalisation is a required property'],
    ['no personalisation', { template_id: unknownId }, 'personalisation is a required property'],
    [
      'wrong types',
      { reference: 1, template_id: null, personalisation: null },
      '1 is not of type string',
      'is not a valid UUID',
      'None is not of type object',
    ],
    ['a list', [1], '[1] is not of type object'],
    [
      'members of other messages',
      { template_id: unknownId, personalisation: {}, postage: 'first', phone_number: '1' },
      'Additional properties are not allowed (phone_number, postage were unexpected)',
    ],
  ];
  const fields = ['reference', 'template_id', 'personalisation'];
  for (const [what, body, ...messages] of rows) {
    it(`is refused with every problem: ${what}`, async () => {
      const answer = await post(body);
      const named = what === 'wrong types' ? messages.map((text, index) => `${fields[index]} ${text}`) : messages;
      expect(answer.json).toEqual(v2Error(400, 'ValidationError', ...named));
    });
  }

  it('is refused when its reference is too long, and taken when it is not', async () => {
    const body = { template_id: (await letterTemplate()).id, personalisation: address };
    const tooLong = 'x'.repeat(1001);
    await expectRefused(
      await post({ ...body, reference: tooLong }),
      `reference ${tooLong} is too long`,
      'ValidationError',
    );
    expect((await post({ ...body, reference: tooLong.slice(1) })).status).toBe(201);
  });

  it('is refused when it is no JSON', async () => {
    const answer = await api.call('/v2/notifications/letter', { method: 'POST', key: keys.normal, text: '{' });
    await expectRefused(answer, 'Invalid JSON supplied in POST data');
  });
});

describe('the first check that fails answers', () => {
  it('the schema before the permission of the service', async () => {
    const service = await aService(api, { permissions: ['sms'] });
    const key = (await anApiKey(api, service.id)).text;
    await expectRefused(
      await post({ template_id: 'x', personalisation: {} }, key),
      'template_id is not a valid UUID',
      'ValidationError',
    );
    await expectRefused(
      await post({ template_id: unknownId, personalisation: {} }, key),
      'Service is not allowed to send letters',
    );
  });

  it('the template that is not there, its type, its being deleted', async () => {
    const hidden = await letterTemplate({}, (await aService(api)).id);
    const foreign = await letterTemplate({}, trial.id);
    for (const id of [unknownId, hidden.id, foreign.id]) {
      await expectRefused(await post({ template_id: id, personalisation: {} }), 'Template not found');
    }
    for (const templateType of ['sms', 'email'] as const) {
      const { id } = await aTemplate(api, live.id, { templateType });
      await change(id, 'archived = true');
      await expectRefused(
        await post({ template_id: id, personalisation: {} }),
        `${templateType} template is not suitable for letter notification`,
      );
    }
    const { id } = await letterTemplate({ content: '((name))' });
    await change(id, 'archived = true');
    await expectRefused(await post({ template_id: id, personalisation: {} }), 'Template has been deleted');
  });

  it('a QR code that holds too much before missing personalisation', async () => {
    const { id } = await letterTemplate({ content: 'qr: ((link))\n\n((name))' });
    const link = `https://www.gov.uk/${'x'.repeat(650 - 19)}`;
    const answer = await post({ template_id: id, personalisation: { link } });
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({
      status_code: 400,
      errors: [
        {
          error: 'ValidationError',
          message: 'Cannot create a usable QR code - the link is too long',
          data: link,
          num_bytes: 650,
          max_bytes: 504,
        },
      ],
    });
  });

  it('missing personalisation, by the parts of the letter', async () => {
    const { id } = await letterTemplate({
      subject: '((four)) ((Two))',
      content: '((five)) ((address_line_2)) ((f i v e))',
    });
    await giveContactBlock(id, '((one))\n((shown??text))');
    await change(
      id,
      `letter_languages = 'welsh_then_english', letter_welsh_subject = '((two))', letter_welsh_content = '((three))'`,
    );
    await expectRefused(
      await post({ template_id: id, personalisation: { one: null, address_line_2: 'here' } }, trialKeys.normal),
      'Template not found',
    );
    await expectRefused(
      await post({ template_id: id, personalisation: { one: null, address_line_2: 'here' } }, keys.team),
      'Missing personalisation: one, shown, two, three, four, five',
    );
  });

  it('an empty letter before a file', async () => {
    const { id } = await letterTemplate({ content: '((name))' });
    const personalisation = { name: ' ', other: { file: 'aGk=' } };
    await expectRefused(await post({ template_id: id, personalisation }, keys.team), 'Your message is empty.');
  });

  it('a file, also under a key that the template does not have, before the key', async () => {
    const { id } = await letterTemplate();
    for (const file of [{ file: 'aGk=' }, { file: 5, other: 1 }]) {
      await expectRefused(
        await post({ template_id: id, personalisation: { ...address, file } }, keys.team),
        'Can only send a file by email',
      );
    }
    const personalisation = { ...address, object: { name: 'no file' } };
    expect((await post({ template_id: id, personalisation })).status).toBe(201);
  });

  it('the team key before trial mode, and both before the address', async () => {
    const { id } = await letterTemplate({}, trial.id);
    const body = { template_id: id, personalisation: {} };
    const team = 'Cannot send letters with a team api key';
    await expectRefused(await post(body, trialKeys.team), team, 'BadRequestError', 403);
    const trialMode = 'Cannot send letters when service is in trial mode';
    await expectRefused(await post(body, trialKeys.normal), trialMode, 'BadRequestError', 403);
    await expectRefused(await post(body, trialKeys.test), 'Address must be at least 3 lines', 'ValidationError');
    const ofLive = { template_id: (await letterTemplate()).id, personalisation: address };
    await expectRefused(await post(ofLive, keys.team), team, 'BadRequestError', 403);
  });
});

describe('an address that cannot be printed', () => {
  const badStart = 'Address lines must not start with any of the following characters: @ ( ) = [ ] ” \\ / , < >';
  const rows: [lines: string[], message: string, international?: string][] = [
    [['A', 'SW1A 1AA'], 'Address must be at least 3 lines'],
    [['A', 'B', 'Jersey'], 'Address must be at least 3 lines'],
    [['A', 'B', 'C', 'D', 'E', 'F\nG', 'SW1A 1AA'], 'Address must be no more than 7 lines'],
    [['A', '.', 'SW1A 1AA'], 'The first 2 lines of the address must both include at least one alphanumeric character'],
    [['é', 'B', 'SW1A 1AA'], 'The first 2 lines of the address must both include at least one alphanumeric character'],
    [['Cpl A', 'Unit', 'BFPO 1234', 'France'], 'The last line of a BFPO address must not be a country.'],
    [
      ['A', 'B', 'ZZ1 1ZZ'],
      'Must be a real UK postcode',
      'Last line of address must be a real UK postcode or another country',
    ],
    [['(A', 'B', 'SW1A 1AA'], badStart],
    [['A', '~B', 'SW1A 1AA'], badStart],
    [['A', '"B', 'SW1A 1AA'], badStart],
    [['A', 'NFA', 'SW1A 1AA'], 'Must be a real address'],
    [['A', 'of No Fixed Abode', 'SW1A 1AA'], 'Must be a real address'],
    [['A', 'no fixed address', 'SW1A 1AA'], 'Must be a real address'],
  ];

  for (const [lines, message, international] of rows) {
    it(`is refused: ${lines.join(' / ')}`, async () => {
      const personalisation = Object.fromEntries(lines.map((line, index) => [`address_line_${index + 1}`, line]));
      const service = await aService(api, { permissions: ['letter'] });
      const key = (await anApiKey(api, service.id)).text;
      const count = await countNotifications();
      const here = { template_id: (await letterTemplate({}, service.id)).id, personalisation };
      await expectRefused(await post(here, key), message, 'ValidationError');
      const abroad = { template_id: (await letterTemplate()).id, personalisation };
      await expectRefused(await post(abroad), international ?? message, 'ValidationError');
      expect(await countNotifications()).toBe(count);
    });
  }

  it('is refused abroad when the service may not send letters there', async () => {
    const service = await aService(api, { permissions: ['letter'] });
    const key = (await anApiKey(api, service.id)).text;
    const personalisation = { address_line_1: 'A', address_line_2: 'B', address_line_3: 'Germany' };
    const body = { template_id: (await letterTemplate({}, service.id)).id, personalisation };
    await expectRefused(await post(body, key), 'Must be a real UK postcode', 'ValidationError');
  });

  it('is refused when its keys are spelt otherwise', async () => {
    const personalisation = { 'address line 1': 'A', addressLine2: 'B', Postcode: 'SW1A 1AA' };
    const body = { template_id: (await letterTemplate()).id, personalisation };
    await expectRefused(await post(body), 'Address must be at least 3 lines', 'ValidationError');
  });
});

describe('limits', () => {
  it('come before the schema: the day’s letters', async () => {
    const service = await aService(api);
    await api.db.query({ text: 'UPDATE services SET letter_message_limit = 1 WHERE id = $1', values: [service.id] });
    const key = (await anApiKey(api, service.id)).text;
    const body = { template_id: (await letterTemplate({}, service.id)).id, personalisation: address };
    expect((await post(body, key)).status).toBe(201);
    await expectRefused(await post({}, key), 'Exceeded send limits (letter: 1) for today', 'TooManyRequestsError', 429);
  });
});
