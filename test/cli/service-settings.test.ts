/** The commands that change services, their guest list and their senders, against a real database. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { useTestApp } from '../support/test-app.ts';
import { commandsOn } from './commands-on-database.ts';
import { anId } from './manifest.ts';

const app = useTestApp();
const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as string;
const instant = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/) as string;
const { resultOf, textOf, expectError } = commandsOn(app);

let service: { id: string; name: string };
beforeEach(async () => {
  service = await aService(app, { live: false });
});

describe('services update', () => {
  it('changes what flags say, and says what was changed', async () => {
    const flags = ['--name', `New ${service.name}`, '--live', '--rate-limit', '6000', '--sms-limit', '1000000'];
    const more = ['--contact-link', 'https://a.example', '--prefix-sms', '--email-sender-name', 'Permit Office'];
    const permissions = ['--add-permission', 'upload_document', '--remove-permission', 'letter'];
    const update = ['services', 'update', service.id, ...flags, ...more, ...permissions];
    const result = await resultOf(update);
    expect(result).toEqual({
      id: service.id,
      name: `New ${service.name}`,
      active: true,
      restricted: false,
      permissions: ['email', 'international_letters', 'international_sms', 'sms', 'upload_document'],
      custom_email_sender_name: 'Permit Office',
      email_sender_local_part: 'permit.office',
      prefix_sms: true,
      contact_link: 'https://a.example',
      rate_limit: 6000,
      limits: { email: 250_000, sms: 1_000_000, letter: 20_000, international_sms: 100 },
      version: 2,
      created_at: instant,
      updated_at: instant,
      changed: expect.arrayContaining(['name', 'restricted', 'limits.sms', 'limits.email', 'permissions']),
    });
    expect(await resultOf(update)).toEqual({ ...result, changed: [] });
    expect(await textOf(['services', 'show', service.id])).toMatch(/^mode +live$/m);
  });

  it('is short about it to people', async () => {
    const update = ['services', 'update', service.id, '--rate-limit', '7'];
    expect(await textOf(update)).toBe(`Changed rate_limit of '${service.name}', which is now version 2.\n`);
    expect(await textOf(update)).toBe(`'${service.name}' was so already.\n`);
  });

  it('takes things away with an empty text, --no-prefix-sms and --trial', async () => {
    await resultOf([
      'services',
      'update',
      service.id,
      '--live',
      '--contact-link',
      'x',
      '--email-sender-name',
      'x',
      '--prefix-sms',
    ]);
    const undo = ['--trial', '--contact-link', '', '--email-sender-name', '', '--no-prefix-sms'];
    expect(await resultOf(['services', 'update', service.id, ...undo])).toMatchObject({
      restricted: true,
      contact_link: null,
      custom_email_sender_name: null,
      prefix_sms: false,
      limits: { email: 50, sms: 50, letter: 50, international_sms: 50 },
    });
  });

  it('is refused with a name that is taken, without any flag, with both modes, and when there is none', async () => {
    const other = await aService(app);
    const update = ['services', 'update', service.id];
    const taken = { code: 'CONFLICT', message: `Duplicate service name '${other.name}'` };
    await expectError([...update, '--name', other.name], 4, taken);
    await expectError(update, 2, {
      message: expect.stringMatching(/^Nothing is to be changed: expected at least one of --name, --live/),
    });
    await expectError([...update, '--live', '--trial'], 2, {
      message: '--trial and --live exclude each other',
    });
    await expectError(['services', 'update', anId, '--live'], 5, { code: 'NOT_FOUND' });
  });
});

describe('services show --history', () => {
  it('lists all versions of the service and its keys, the newest first, without secrets', async () => {
    const { apiKey, text } = await anApiKey(app, service.id, { keyType: 'team' });
    await resultOf(['services', 'update', service.id, '--rate-limit', '7']);
    await resultOf(['api-keys', 'revoke', apiKey.id, '--yes']);
    const show = ['services', 'show', service.id, '--history'];
    const history = await resultOf(show);
    expect(history.service_history).toMatchObject([
      { version: 2, rate_limit: 7, updated_at: instant },
      { version: 1, rate_limit: 3000, updated_at: null },
    ]);
    expect(history.api_key_history).toMatchObject([
      { id: apiKey.id, version: 2, revoked_at: instant },
      { id: apiKey.id, version: 1, revoked_at: null },
    ]);
    expect(JSON.stringify(history)).not.toContain(text.slice(-36));
    expect(await textOf(show)).toMatch(
      /^VERSION +AT +NAME +MODE\n2 .+ trial\n1 .+ trial\n\nKEY +VERSION +AT +NAME +TYPE +REVOKED AT\n.+ 2 .+\n.+ 1 .+ -\n$/,
    );
    await expectError(['services', 'show', anId, '--history'], 5, { code: 'NOT_FOUND' });
  });
});

describe('services archive', () => {
  it('shows a plan, asks first, does it, and does it once', async () => {
    const { apiKey } = await anApiKey(app, service.id, { keyType: 'team' });
    const template = await aTemplate(app, service.id);
    const archive = ['services', 'archive', service.id];
    const going = {
      revoked_api_keys: [{ id: apiKey.id, name: apiKey.name }],
      archived_templates: [{ id: template.id, name: template.name }],
    };

    const plan = await resultOf([...archive, '--dry-run'], { status: 'planned' });
    expect(plan).toMatchObject({ ...going, name: service.name, active: true, already_archived: false, dry_run: true });
    expect(await textOf([...archive, '--dry-run'])).toBe(
      `Would archive '${service.name}':\napi keys   ${apiKey.name}\ntemplates  ${template.name}\n`,
    );
    await expectError(archive, 4, {
      code: 'CONFIRMATION_NEEDED',
      message: `Archive the service ${service.id} for good? Nothing was done.`,
    });

    const done = await resultOf([...archive, '--yes']);
    expect(done).toMatchObject({ ...going, active: false, already_archived: false, dry_run: false, version: 2 });
    expect(done.name).toMatch(new RegExp(`^_archived_\\d{4}-.+_${service.name}$`));
    expect(await textOf([...archive, '--yes'])).toBe(`'${done.name}' was archived already.\n`);
    await expectError(['services', 'update', service.id, '--live'], 4, {
      code: 'REFUSED',
      message: `Service '${done.name}' is archived`,
    });
    await expectError(['services', 'archive', anId, '--yes'], 5, { code: 'NOT_FOUND' });
  });
});

describe('services guest-list', () => {
  it('adds, takes off and shows', async () => {
    const list = ['services', 'guest-list', service.id];
    expect(await textOf(list)).toBe('The guest list is empty.\n');
    const added = await resultOf([...list, '--add', '07700 900100', '--add', 'ann@example.gov.uk']);
    expect(added).toEqual({
      service_id: service.id,
      email_addresses: ['ann@example.gov.uk'],
      phone_numbers: ['07700 900100'],
      changed: true,
    });
    expect(await resultOf([...list, '--add', '07700900100'])).toEqual({ ...added, changed: false });
    expect(await textOf([...list, '--remove', '+447700900100'])).toBe('ann@example.gov.uk\n');
    expect(await resultOf(list)).toMatchObject({ phone_numbers: [], changed: false });
  });

  it('replaces all from a file or standard input', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'guests.txt'), '\uFEFF07700900101\r\n\r\n  bo@example.com \n');
    const list = ['services', 'guest-list', service.id, '--set'];
    const both = { email_addresses: ['bo@example.com'], phone_numbers: ['07700900101'] };
    expect(await resultOf([...list, 'guests.txt'], { cwd: folder })).toMatchObject({ ...both, changed: true });
    expect(await resultOf([...list, '-'], { input: '07700900101\nbo@example.com' })).toMatchObject({
      ...both,
      changed: false,
    });
    expect(await resultOf([...list, '-'], { input: '' })).toMatchObject({ email_addresses: [], phone_numbers: [] });
  });

  it('is refused with an entry that is none, a file that is not there, and when there is no service', async () => {
    const list = ['services', 'guest-list', service.id];
    await expectError([...list, '--add', 'no one'], 2, {
      code: 'USAGE_INVALID',
      message: 'Invalid guest list: "no one" is not a valid email address or phone number',
    });
    await expectError([...list, '--set', 'nope.txt'], 2, {
      message: "--set is 'nope.txt', which does not exist: expected a file, or - for standard input",
    });
    await expectError([...list, '--set', 'x', '--add', 'y'], 2, {
      message: expect.stringContaining('exclude each other'),
    });
    await expectError(['services', 'guest-list', anId], 5, { code: 'NOT_FOUND' });
  });
});

describe('services senders', () => {
  const senders = (verb: string, ...more: string[]): string[] => ['services', 'senders', verb, ...more];

  it('are added, listed, changed and archived', async () => {
    const add = senders('add', service.id, '--type', 'sms', '--value');
    const added = await resultOf([...add, 'PERMITS', '--default']);
    expect(added).toEqual({
      id: uuid,
      service_id: service.id,
      type: 'sms',
      value: 'PERMITS',
      is_default: true,
      inbound_number_id: null,
      archived: false,
      created_at: instant,
      updated_at: null,
    });
    const other = await resultOf([...add, 'PARKING']);
    expect(await textOf(senders('list', service.id, '--type', 'sms'))).toMatch(
      /^ID +TYPE +DEFAULT +INBOUND +VALUE\n\S+ +sms +true +false +PERMITS\n\S+ +sms +false +false +PARKING\n\S+ +sms +false +false +GOVUK\n$/,
    );

    const update = senders('update', other.id, '--default', '--value', 'BINS');
    expect(await resultOf(update)).toMatchObject({ value: 'BINS', is_default: true, changed: true });
    expect(await textOf(update)).toBe('It was so already.\n');
    expect((await resultOf(senders('list', service.id)))[0]).toMatchObject({ value: 'BINS' });

    const archive = senders('archive', added.id);
    await expectError(archive, 4, { code: 'CONFIRMATION_NEEDED' });
    expect(await resultOf([...archive, '--yes'])).toMatchObject({ archived: true, already_archived: false });
    expect(await textOf([...archive, '--yes'])).toBe("'PERMITS' was archived already.\n");
  });

  it('of letters come from a file, and can stop being the default', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'address.txt'), 'Permits\n1 High Street\n');
    const add = senders('add', service.id, '--type', 'letter', '--value', '@address.txt', '--default');
    const contact = await resultOf(add, { cwd: folder });
    expect(contact.value).toBe('Permits\n1 High Street');
    const update = senders('update', contact.id, '--no-default');
    expect(await textOf(update)).toMatch(/^value +Permits, 1 High Street\ndefault +false$/m);
  });

  it('are refused by the rules of senders', async () => {
    const [first] = await resultOf(senders('list', service.id));
    const email = senders('add', service.id, '--type', 'email', '--value', 'a@example.com');
    await expectError(email, 2, {
      code: 'REQUEST_INVALID',
      message: 'You must have at least one reply to email address as the default.',
    });
    await resultOf([...email, '--default']);
    await expectError(email, 4, {
      code: 'CONFLICT',
      message: '‘a@example.com’ is already a reply-to email address for this service.',
    });
    await expectError(senders('archive', first.id, '--yes'), 2, { message: 'You cannot delete a default sms sender' });
    await expectError(senders('update', first.id, '--no-default'), 2, {
      message: 'You must have at least one SMS sender as the default.',
    });
    await expectError(senders('update', first.id), 2, {
      message: 'Nothing is to be changed: expected at least one of --value, --default',
    });
    await expectError(senders('update', anId, '--default'), 5, { code: 'NOT_FOUND' });
    await expectError(senders('list', anId), 5, { code: 'NOT_FOUND' });
  });
});
