import { beforeAll, describe, expect, it } from 'vitest';
import { keyTypes, type KeyType } from '../../src/lib/api-keys/api-key.ts';
import type { Service, ServicePermission } from '../../src/lib/services/service.ts';
import type { CreateTemplateInput } from '../../src/lib/templates/create-template.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { useApi, type ApiAnswer } from './api.ts';

const api = useApi();
const foreign = '+33 6 12 34 56 78';
const landline = '020 7836 1234';
const guest = '07900900111';
const recipients = { sms: '07900900123', email: 'someone@example.com' } as const;
const unknownId = '019cd000-0000-7000-8000-000000000000';
const teamOnly = 'Can’t send to this recipient using a team-only API key';
const trialMode =
  'Can’t send to this recipient when service is in trial mode – see https://www.notifications.service.gov.uk/trial-mode';
const noForeign = 'Cannot send to international mobile numbers';
const tooLong =
  'Your message is too long. Text messages cannot be longer than 918 characters. Your message is 919 characters long.';

type Type = 'sms' | 'email';

interface TestService {
  readonly service: Service;
  readonly keys: Record<KeyType, string>;
}

let live: TestService;
let trial: TestService;
let barred: TestService;
let barredTemplates: Readonly<Record<'sms' | 'email' | 'long' | 'incomplete', string>>;

beforeAll(async () => {
  live = await makeService(true, ['sms', 'email', 'letter']);
  trial = await makeService(false, ['sms', 'email', 'letter']);
  barred = await makeService(false, ['sms', 'email']);
  barredTemplates = {
    sms: await plain(barred, 'sms'),
    email: await plain(barred, 'email'),
    long: await template(barred, { content: '((text))' }),
    incomplete: await template(barred, { content: '((text))((name))' }),
  };
  await bar(barred);
});

async function makeService(isLive: boolean, permissions: ServicePermission[]): Promise<TestService> {
  const service = await aService(api, { live: isLive, permissions, guestList: [guest] });
  const keys = {} as Record<KeyType, string>;
  for (const keyType of keyTypes) keys[keyType] = (await anApiKey(api, service.id, { keyType })).text;
  return { service, keys };
}

function post(by: TestService, type: Type, body: object, keyType: KeyType = 'normal'): Promise<ApiAnswer> {
  const complete = { to: recipients[type], ...body };
  return api.call(`/notifications/${type}`, { method: 'POST', key: by.keys[keyType], body: complete });
}

async function template({ service }: TestService, input: Partial<CreateTemplateInput> = {}): Promise<string> {
  return (await aTemplate(api, service.id, input)).id;
}

/** A template without placeholders. */
function plain(by: TestService, templateType: Type): Promise<string> {
  return template(by, { templateType, content: 'Hi', ...(templateType === 'email' && { subject: 'Hi' }) });
}

async function bar({ service }: TestService): Promise<void> {
  await api.db.query({ text: 'DELETE FROM service_permissions WHERE service_id = $1', values: [service.id] });
}

async function change(id: string, assignment: string, table = 'templates'): Promise<string> {
  await api.db.query({ text: `UPDATE ${table} SET ${assignment} WHERE id = $1`, values: [id] });
  return id;
}

function expectRefused(answer: ApiAnswer, message: unknown, status = 400): void {
  expect(answer.json).toEqual({ result: 'error', message });
  expect(answer.status).toBe(status);
}

describe('the template', () => {
  it('is not found when its id is none', async () => {
    for (const id of ['x', '', '1234', ` ${unknownId}`]) {
      expectRefused(await post(live, 'sms', { template: id }), 'No result found', 404);
    }
  });

  it('is refused when it is unknown, hidden, or another service’s', async () => {
    const hidden = await change(await template(live), 'hidden = true');
    for (const id of [unknownId, hidden, await template(trial)]) {
      expectRefused(await post(live, 'sms', { template: id }), 'Template not found');
      expectRefused(await post(live, 'email', { template: id }), 'Template not found');
    }
  });

  it('is refused when it is of another type, even a deleted one', async () => {
    const rows: [Type, 'sms' | 'email' | 'letter', string][] = [
      ['email', 'sms', 'sms template is not suitable for email notification'],
      ['sms', 'email', 'email template is not suitable for sms notification'],
      ['sms', 'letter', 'letter template is not suitable for sms notification'],
    ];
    for (const [type, templateType, message] of rows) {
      const id = await change(await template(live, { templateType }), 'archived = true');
      expectRefused(await post(live, type, { template: id }), message);
    }
  });

  it('is refused when it was deleted', async () => {
    for (const type of ['sms', 'email'] as const) {
      const id = await change(await template(live, { templateType: type }), 'archived = true');
      expectRefused(await post(live, type, { template: id }), 'Template has been deleted');
    }
  });
});

describe('the content', () => {
  it('needs its personalisation', async () => {
    const id = await template(live, { content: '((b)) ((a)) ((b))' });
    expectRefused(await post(live, 'sms', { template: id }), 'Missing personalisation: b, a');
    expectRefused(
      await post(live, 'sms', { template: id, personalisation: { b: 1, a: null } }),
      'Missing personalisation: a',
    );
    const email = await template(live, { templateType: 'email', subject: '((s))', content: '((c)) ((s))' });
    expectRefused(await post(live, 'email', { template: email }), 'Missing personalisation: s, c');
  });

  it('must not be empty', async () => {
    for (const templateType of ['sms', 'email'] as const) {
      const subject = templateType === 'email' && { subject: 'Hi' };
      const id = await template(live, { templateType, content: '((name))', ...subject });
      const body = { template: id, personalisation: { name: ' ' } };
      expectRefused(await post(live, templateType, body), 'Your message is empty.');
    }
  });

  it('must not be too long', async () => {
    const sms = await template(live, { content: '((text))' });
    expectRefused(await post(live, 'sms', { template: sms, personalisation: { text: 'x'.repeat(919) } }), tooLong);
    const longest = await post(live, 'sms', { template: sms, personalisation: { text: 'x'.repeat(918) } });
    expect(longest.status).toBe(201);
    const email = await template(live, { templateType: 'email', subject: 'Hi', content: '((text))' });
    expectRefused(
      await post(live, 'email', { template: email, personalisation: { text: 'x'.repeat(2_000_001) } }),
      'Your message is too long. Emails cannot be longer than 2000000 bytes. Your message is 2000001 bytes.',
    );
  });
});

// A key cannot send to a stranger (public API sheet §5); simulated recipients are strangers like others.
const refusedRecipients: [KeyType, 'live' | 'trial', string][] = [
  ['team', 'live', teamOnly],
  ['team', 'trial', teamOnly],
  ['normal', 'trial', trialMode],
];
describe('a recipient that is neither on the team nor on the guest list', () => {
  for (const [keyType, mode, message] of refusedRecipients) {
    it(`is refused to a ${keyType} key of a ${mode} service`, async () => {
      const by = mode === 'live' ? live : trial;
      const id = await plain(by, 'sms');
      for (const to of [recipients.sms, '07700900000', foreign]) {
        expectRefused(await post(by, 'sms', { template: id, to }, keyType), { to: [message] });
      }
      expect((await post(by, 'sms', { template: id, to: '+44 7900 900111' }, keyType)).status).toBe(201);
      const email = await plain(by, 'email');
      expectRefused(await post(by, 'email', { template: email }, keyType), { to: [message] });
    });
  }

  it('may be sent to by a test key, and by a normal one of a live service', async () => {
    for (const [by, keyType] of [
      [live, 'test'],
      [trial, 'test'],
      [live, 'normal'],
    ] as const) {
      const id = await plain(by, 'sms');
      expect((await post(by, 'sms', { template: id }, keyType)).status).toBe(201);
    }
  });
});

describe('the service', () => {
  it('must be permitted to send this type', async () => {
    expectRefused(await post(barred, 'sms', { template: barredTemplates.sms, to: guest }), {
      service: ['Cannot send text messages'],
    });
    expectRefused(await post(barred, 'email', { template: barredTemplates.email }, 'test'), {
      service: ['Cannot send emails'],
    });
  });

  it('must be permitted to send abroad, and to landlines', async () => {
    const id = await plain(live, 'sms');
    expectRefused(await post(live, 'sms', { template: id, to: foreign }), noForeign);
    expectRefused(await post(live, 'sms', { template: id, to: landline }), {
      to: ['Invalid phone number: Not a UK mobile number'],
    });
    const permitted = await makeService(true, ['sms', 'international_sms', 'sms_to_uk_landlines']);
    const own = await plain(permitted, 'sms');
    for (const to of [foreign, landline]) {
      expect((await post(permitted, 'sms', { template: own, to })).status).toBe(201);
    }
  });
});

describe('limits', () => {
  it('of a minute are looked at after the fields, and before the template', async () => {
    const by = await makeService(true, ['sms']);
    await change(by.service.id, 'rate_limit = 0', 'services');
    expectRefused(await post(by, 'sms', { to: 'x' }), {
      to: ['Invalid phone number: Must not contain letters or symbols'],
      template: ['Missing data for required field.'],
    });
    for (const [keyType, name] of [
      ['normal', 'LIVE'],
      ['team', 'TEAM'],
      ['test', 'TEST'],
    ] as const) {
      const answer = await post(by, 'sms', { template: 'x' }, keyType);
      expectRefused(answer, `Exceeded rate limit for key type ${name} of 0 requests per 60 seconds`, 429);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
  });

  it('of a day are looked at before the template, for each type', async () => {
    const by = await makeService(true, ['sms', 'email']);
    await change(by.service.id, 'sms_message_limit = 1', 'services');
    const id = await plain(by, 'sms');
    expect((await post(by, 'sms', { template: id })).status).toBe(201);
    const answer = await post(by, 'sms', { template: unknownId });
    expectRefused(answer, 'Exceeded send limits (sms: 1) for today', 429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expectRefused(await post(by, 'email', { template: unknownId }), 'Template not found');
    expect((await post(by, 'sms', { template: id }, 'test')).status).toBe(201);
  });

  it('of texts abroad are looked at last', async () => {
    const by = await makeService(true, ['sms', 'international_sms']);
    await change(by.service.id, 'international_sms_message_limit = 0', 'services');
    const id = await plain(by, 'sms');
    const message = 'Exceeded send limits (international_sms: 0) for today';
    expectRefused(await post(by, 'sms', { template: id, to: foreign }), message, 429);
    expect((await post(by, 'sms', { template: id })).status).toBe(201);
  });
});

describe('the first check that fails answers', () => {
  const personalisation = { text: 'x'.repeat(919) };
  const order: [string, () => object, unknown][] = [
    [
      'missing personalisation before the length',
      () => ({ template: barredTemplates.incomplete, personalisation }),
      'Missing personalisation: name',
    ],
    ['the length before the recipient', () => ({ template: barredTemplates.long, personalisation }), tooLong],
    [
      'the recipient before the permission',
      () => ({ template: barredTemplates.sms, to: foreign }),
      { to: [trialMode] },
    ],
  ];
  for (const [name, body, message] of order) {
    it(name, async () => expectRefused(await post(barred, 'sms', body()), message));
  }

  it('the permission before where the number is', async () => {
    const by = await makeService(true, ['sms']);
    const body = { template: await plain(by, 'sms'), to: foreign };
    await bar(by);
    expectRefused(await post(by, 'sms', body), { service: ['Cannot send text messages'] });
  });
});
