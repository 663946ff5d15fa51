import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/lib/api-keys/create-api-key.ts';
import { listApiKeys } from '../../src/lib/api-keys/list-api-keys.ts';
import { revokeApiKey } from '../../src/lib/api-keys/revoke-api-key.ts';
import { apiKeySecretContext } from '../../src/lib/api-keys/api-key.ts';
import { parseSeed } from '../../src/lib/seed/parse-seed.ts';
import { plantSeed } from '../../src/lib/seed/plant-seed.ts';
import type { Planting } from '../../src/lib/seed/planting.ts';
import { readSeedFile } from '../../src/lib/seed/read-seed-file.ts';
import { serviceBelongings } from '../../src/lib/service-belongings.ts';
import { archiveService } from '../../src/lib/services/archive-service.ts';
import { listSenders } from '../../src/lib/services/show-senders.ts';
import { showService } from '../../src/lib/services/show-service.ts';
import { archiveTemplate } from '../../src/lib/templates/archive-template.ts';
import { isTemplateRedacted, listTemplateVersions, showTemplate } from '../../src/lib/templates/show-template.ts';
import { aService } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { useTestApp, useTestApps } from '../support/test-app.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests change single fields of the example
let example: any;
beforeAll(async () => {
  const page = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'seed.md'), 'utf8');
  const [, json] = /<!-- test: example -->\s+```json\n([^]+?)```/.exec(page)!;
  example = JSON.parse(json!);
});

const app = useTestApp();
const newApp = useTestApps();

function plant(document: unknown, target = app): Promise<Planting> {
  const { seed, problems } = parseSeed(document);
  expect(problems).toEqual([]);
  return plantSeed(target, { seed, file: 'seed.json' });
}

/** The example with other ids, names and secrets, so that tests do not meet. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
function anExample(): any {
  const tail = app.ids.uuid().slice(-9);
  const number = `07700${tail.replaceAll(/\D/g, '').padEnd(6, '7').slice(0, 6)}`;
  const text = JSON.stringify(example)
    .replaceAll(
      '0190a5c0-0000-7000-8000-0000',
      `0190a5c0-0${tail.slice(0, 3)}-7${tail.slice(3, 6)}-8${tail.slice(6)}-0000`,
    )
    .replaceAll('Parking permits', `Parking permits ${tail}`)
    .replaceAll('ann@example.gov.uk', `ann-${tail}@example.gov.uk`)
    .replaceAll('07700900998', number)
    .replaceAll('5a3c2f5e-4b5d-4c1e-9a7b-2f9d6c1e8a04', app.ids.secret());
  return JSON.parse(text);
}

const secretOf = async (apiKeyId: string): Promise<string> => {
  const { rows } = await app.db.query<{ secret: string }>({
    text: 'SELECT secret FROM api_keys WHERE id = $1',
    values: [apiKeyId],
  });
  return app.secretBox.open(rows[0]!.secret, apiKeySecretContext);
};

describe('the example of the documentation', () => {
  it('is planted as it stands, by several processes at once as well as by one', async () => {
    const target = await newApp();
    const plantings = await Promise.all([plant(example, target), plant(example, target), plant(example, target)]);
    expect(plantings.map(({ counts }) => counts.created).toSorted((left, right) => left - right)).toEqual([0, 0, 11]);
    expect(plantings.map(({ counts }) => counts.changed)).toEqual([0, 0, 0]);

    const [given] = example.services;
    expect(await showService(target, given.id)).toMatchObject({
      name: 'Parking permits',
      restricted: false,
      permissions: [...given.permissions].sort(),
      contactLink: given.contact_link,
      rateLimit: 6000,
      smsMessageLimit: 1_000_000,
      emailMessageLimit: 1_000_000,
      letterMessageLimit: 20_000,
      guestList: given.guest_list,
      team: [{ id: example.users[0].id, name: 'Ann Example', emailAddress: 'ann@example.gov.uk' }],
    });
    const senders = await listSenders(target, { serviceId: given.id });
    expect(senders.map(({ value, isDefault, inboundNumberId }) => [value, isDefault, inboundNumberId])).toEqual([
      ['PERMITS', true, null],
      ['07700900998', false, given.inbound_number.id],
      ['permits@example.gov.uk', true, null],
      ['Permits\n1 High Street\nTown', true, null],
    ]);
    const [sms, email, letter] = given.templates;
    expect(await showTemplate(target, { templateId: sms.id })).toMatchObject({
      content: sms.content,
      processType: 'priority',
      version: 1,
    });
    expect(await showTemplate(target, { templateId: letter.id })).toMatchObject({
      postage: 'first',
      letterContactId: letter.reply_to,
    });
    expect(await isTemplateRedacted(target, email.id)).toBe(true);
    expect(await isTemplateRedacted(target, sms.id)).toBe(false);
    const [apiKey] = await listApiKeys(target, { serviceId: given.id });
    expect(apiKey).toMatchObject({ id: given.api_keys[0].id, name: 'CI', keyType: 'normal', expiryDate: null });
  });
});

describe('a second planting', () => {
  it('of the same file changes nothing', async () => {
    const document = anExample();
    await plant(document);
    const before = await app.db.query('SELECT id, version FROM services_history ORDER BY id, version');
    expect((await plant(document)).counts).toEqual({ created: 0, changed: 0, unchanged: 11, gone: 0 });
    const after = await app.db.query('SELECT id, version FROM services_history ORDER BY id, version');
    expect(after.rows).toEqual(before.rows);
  });

  it('of a changed file changes what differs, as new versions', async () => {
    const document = anExample();
    await plant(document);
    const [service] = document.services;
    const [apiKey] = service.api_keys;
    const [template] = service.templates;
    document.users[0].name = 'Ann Other';
    service.rate_limit = 7;
    service.sms_senders[0].sms_sender = 'PARKING';
    apiKey.secret = app.ids.secret();
    apiKey.name = 'New name';
    template.content = 'New content';
    service.templates.push({ ...template, id: app.ids.uuid(), name: 'One more' });

    expect((await plant(document)).counts).toEqual({ created: 1, changed: 5, unchanged: 6, gone: 0 });
    const shown = await showService(app, service.id);
    expect(shown).toMatchObject({ rateLimit: 7, team: [{ name: 'Ann Other' }] });
    expect(shown.smsSenders[0]).toMatchObject({ smsSender: 'PARKING', isDefault: true });
    expect(await secretOf(apiKey.id)).toBe(apiKey.secret);
    expect(await listApiKeys(app, { serviceId: service.id })).toMatchObject([{ id: apiKey.id, name: 'New name' }]);
    const versions = await listTemplateVersions(app, { templateId: template.id });
    expect(versions.map(({ content }) => content)).toEqual([
      'New content',
      'Hello ((name)), your permit ends on ((date)).',
    ]);
    expect((await plant(document)).counts.changed).toBe(0);
  });

  it('of a shorter file deletes nothing and leaves settings alone', async () => {
    const document = anExample();
    await plant(document);
    const [{ id, name }] = document.services;
    const before = await showService(app, id);
    expect((await plant({ services: [{ id, name }] })).counts).toMatchObject({ created: 0, changed: 0, unchanged: 1 });
    expect(await showService(app, id)).toEqual(before);
  });

  it('moves the default and adds guests', async () => {
    const document = anExample();
    await plant(document);
    const [service] = document.services;
    service.sms_senders[0].is_default = false;
    service.sms_senders[1].is_default = true;
    service.guest_list = ['07700900555'];
    await plant(document);
    const shown = await showService(app, service.id);
    expect(shown.smsSenders[0]).toMatchObject({ id: service.sms_senders[1].id, isDefault: true });
    expect(shown.guestList).toEqual(['07700900100', 'guest@example.gov.uk', '07700900555']);
  });

  it('leaves what was revoked or archived as it is, with warnings', async () => {
    const document = anExample();
    await plant(document);
    const [service] = document.services;
    await revokeApiKey(app, { apiKeyId: service.api_keys[0].id });
    await archiveTemplate(app, { templateId: service.templates[1].id });
    expect(await plant(document)).toEqual({
      counts: { created: 0, changed: 0, unchanged: 9, gone: 2 },
      warnings: [
        'seed.json: services[0].api_keys[0] was archived or revoked since and stays so',
        'seed.json: services[0].templates[1] was archived or revoked since and stays so',
      ],
    });
    await archiveService(app, { serviceId: service.id, belongings: serviceBelongings });
    expect(await plant(document)).toEqual({
      counts: { created: 0, changed: 0, unchanged: 1, gone: 1 },
      warnings: ['seed.json: services[0] was archived or revoked since and stays so'],
    });
  });
});

describe('a file that cannot be planted changes nothing and names the place', () => {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  const faults: readonly [string, (document: any) => void | Promise<void>, string, string][] = [
    [
      'a name that is taken',
      async ({ services }) => {
        await aService(app, { name: 'Somebody else' });
        services[0].name = 'Somebody else';
      },
      'services[0]',
      "Duplicate service name 'Somebody else'",
    ],
    [
      'a text that is too long',
      ({ services }) => {
        services[0].templates[0].content = 'x'.repeat(919);
      },
      'services[0].templates[0]',
      'content: Content has a character count greater than the limit of 918',
    ],
    [
      'two problems of a template',
      ({ services }) => {
        services[0].templates[0].subject = 'x';
        services[0].templates[0].postage = 'first';
      },
      'services[0].templates[0]',
      'subject: text message templates have no subject; postage: only letter templates have a postage',
    ],
    [
      'a guest that is none',
      ({ services }) => {
        services[0].guest_list = ['nobody'];
      },
      'services[0]',
      'Invalid guest list: "nobody" is not a valid email address or phone number',
    ],
    [
      'a sender that is none',
      ({ services }) => {
        services[0].email_reply_to[0].email_address = 'nobody';
      },
      'services[0].email_reply_to[0]',
      "The reply-to address 'nobody' is not a valid email address",
    ],
    [
      'a letter contact that is not the service’s',
      ({ services }) => {
        services[0].templates[2].reply_to = '018f2f6e-7c1a-7000-8000-000000000000';
      },
      'services[0].templates[2]',
      'letter_contact_id 018f2f6e-7c1a-7000-8000-000000000000 does not exist in database for service id ',
    ],
    [
      'a user’s address',
      ({ users }) => {
        users[0].email_address = 'nobody';
      },
      'users[0]',
      'email_address: Not a valid email address',
    ],
    [
      'a number that is none',
      ({ services }) => {
        services[0].inbound_number.number = '+44';
        services[0].sms_senders[1].sms_sender = '+44';
      },
      'services[0].inbound_number',
      "'+44' cannot be an inbound number: expected 3 to 11 digits",
    ],
    [
      'a member that is no user',
      ({ services }) => {
        services[0].team.push('018f2f6e-7c1a-7000-8000-000000000000');
      },
      'services[0]',
      "No user has the id '018f2f6e-7c1a-7000-8000-000000000000'",
    ],
    [
      'a secret of another key',
      async ({ services }) => {
        const other = await aService(app);
        await createApiKey(app, {
          serviceId: other.id,
          name: 'x',
          keyType: 'test',
          secret: services[0].api_keys[0].secret,
        });
      },
      'services[0].api_keys[0]',
      'There is a key with this id or secret already',
    ],
    [
      'the id of another service’s key',
      async ({ services }) => {
        const other = anExample();
        await plant(other);
        services[0].api_keys[0].id = other.services[0].api_keys[0].id;
      },
      'services[0].api_keys[0]',
      "is another service's key",
    ],
    [
      'a user’s address that another user has',
      async ({ users }) => {
        const other = anExample();
        await plant(other);
        users[0].email_address = other.users[0].email_address;
      },
      'users[0]',
      'Another user has the email address',
    ],
    [
      'the id of another service’s template',
      async ({ services }) => {
        const other = anExample();
        await plant(other);
        services[0].templates[0].id = other.services[0].templates[0].id;
      },
      'services[0].templates[0]',
      "is that of another service's or another type's template",
    ],
  ];

  it.each(faults)('%s', async (_, spoil, path, message) => {
    const document = anExample();
    await spoil(document);
    await expect(plant(document)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(new RegExp(`^seed\\.json: ${path.replaceAll(/[[\].]/g, '\\$&')}: `)),
    });
    await expect(plant(document)).rejects.toThrow(message);
    await expect(showService(app, document.services[0].id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const { rows } = await app.db.query({ text: 'SELECT FROM users WHERE id = $1', values: [document.users[0].id] });
    expect(rows).toEqual([]);
  });
});

describe('a file', () => {
  it('with mistakes is refused with all of them, and never quoted where it may hold a secret', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'seed.json');
    await writeFile(file, JSON.stringify({ services: [{ name: 'x', api_keys: [{ secret: 'hunter2' }] }] }));
    const refusal = await readSeedFile(file).catch((error: unknown) => error as Error);
    expect(refusal).toMatchObject({ code: 'CONFIG_INVALID', details: { file, problems: expect.any(Array) } });
    const { message } = refusal as Error;
    expect(message).toContain(`${file}: services[0].id is missing: expected a UUID such as `);
    expect(message).toContain(`${file}: services[0].api_keys[0].secret is (hidden): expected a UUID`);
    expect(message).not.toContain('hunter2');

    await writeFile(file, '{"services": [{"secret": "hunter2" oops}]}');
    const broken = (await readSeedFile(file).catch((error: unknown) => error)) as Error;
    expect(broken).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(broken.message).toMatch(/seed\.json cannot be used: it is not valid JSON \(line 1 column \d+\)$/);
  });

  it('that is not there is named with its flag', async () => {
    await expect(readSeedFile('/nowhere/seed.json')).rejects.toMatchObject({
      code: 'USAGE_INVALID',
      message: "--seed is '/nowhere/seed.json', which does not exist: expected a JSON file",
    });
  });
});
