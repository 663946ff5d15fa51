/** Each command against a real database: its result as JSON, and what people see. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';
import { useTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';
import { commandsOn } from './commands-on-database.ts';
import { anId } from './manifest.ts';

const app = useTestApp({ supervise: true });
const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as string;
const instant = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/) as string;
const { notify, resultOf, textOf, expectError } = commandsOn(app);

let service: { id: string };
let template: { id: string };
beforeAll(async () => {
  await app.runWorkers(['send-sms', 'sms-callbacks', 'retry']);
  service = await resultOf(['services', 'create', '--name', 'Library', '--live', '--guest', '07700900100']);
  const content = ['--name', 'Hello', '--content', 'Hello ((name))'];
  template = await resultOf(['templates', 'create', '--service', service.id, '--type', 'sms', ...content]);
});

describe('services', () => {
  it('creates one in trial mode with the usual settings', async () => {
    expect(await resultOf(['services', 'create', '--name', 'Parking permits'])).toEqual({
      id: uuid,
      name: 'Parking permits',
      active: true,
      restricted: true,
      permissions: ['email', 'international_letters', 'international_sms', 'letter', 'sms'],
      custom_email_sender_name: null,
      email_sender_local_part: 'parking.permits',
      prefix_sms: false,
      contact_link: null,
      rate_limit: 3000,
      limits: { email: 50, sms: 50, letter: 50, international_sms: 50 },
      version: 1,
      created_at: instant,
      updated_at: null,
    });
  });

  it('creates a live one with everything that flags say, and shows it', async () => {
    const id = '018f2f6e-7c1a-7000-8000-0000000000aa';
    const settings = [
      '--sms-sender',
      'BINS',
      '--reply-to',
      'bins@example.com',
      '--guest',
      '07700900123',
      '--guest',
      'a@example.com',
    ];
    const permissions = ['--permission', 'sms', '--permission', 'email', '--prefix-sms'];
    const text = await textOf([
      'services',
      'create',
      '--name',
      'Bins',
      '--id',
      id,
      '--live',
      ...settings,
      ...permissions,
    ]);
    expect(text).toMatch(
      /^id +018f2f6e-7c1a-7000-8000-0000000000aa\nname +Bins\nmode +live\nnext +notify api-keys create --service /,
    );
    expect(await resultOf(['services', 'show', id])).toMatchObject({
      id,
      restricted: false,
      permissions: ['email', 'sms'],
      prefix_sms: true,
      sms_senders: [{ id: uuid, sms_sender: 'BINS', is_default: true }],
      email_reply_to: [{ id: uuid, email_address: 'bins@example.com', is_default: true }],
      guest_list: ['07700900123', 'a@example.com'],
      team: [],
    });
    const shown = await textOf(['services', 'show', id]);
    expect(shown).toMatch(/^mode +live$/m);
    expect(shown).toMatch(/^guest list +07700900123, a@example\.com$/m);
  });

  it('refuses a name and an id that are taken', async () => {
    const taken = { code: 'CONFLICT', message: "Duplicate service name 'library'" };
    await expectError(['services', 'create', '--name', 'library'], 4, taken);
    const byId = { code: 'CONFLICT', message: `The service id '${service.id}' is taken` };
    await expectError(['services', 'create', '--name', 'Other', '--id', service.id], 4, byId);
  });

  it.each([
    [['--name', '---'], "'---' cannot be the name of a service"],
    [
      ['--name', 'Other', '--guest', 'nobody'],
      'Invalid guest list: "nobody" is not a valid email address or phone number',
    ],
    [['--name', 'Other', '--permission', 'sms', '--permission', 'sms'], "Duplicate Service Permission: ['sms']"],
    [['--name', 'Other', '--sms-sender', 'no!'], "'no!' cannot be a text message sender"],
    [['--name', 'Other', '--reply-to', 'nobody'], "'nobody'"],
  ])('refuses %j', async (flags, message) => {
    await expectError(['services', 'create', ...flags], 2, { message: expect.stringContaining(message) });
  });

  it('lists them by name', async () => {
    const names = ((await resultOf(['services', 'list'])) as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(names.toSorted((left, right) => left.localeCompare(right)));
    expect(names).toContain('Library');
    const lines = (await textOf(['services', 'list'])).split('\n');
    expect(lines[0]).toMatch(/^ID +NAME +MODE$/);
    expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^${service.id} +Library +live$`)));
  });

  it('says what is not there', async () => {
    await expectError(['services', 'show', anId], 5, { code: 'NOT_FOUND', message: `No service has the id '${anId}'` });
  });
});

describe('api-keys', () => {
  const create = ['api-keys', 'create', '--type', 'normal'];

  it('shows a new key once: alone on standard output', async () => {
    const { exitCode, stdout, stderr } = await notify([...create, '--service', service.id, '--name', 'Web app']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^\\S+-${service.id}-[0-9a-f-]{36}\\n$`));
    expect(stderr).toBe('The key is shown this one time. Keep it secret.\n');
    const list = await notify(['api-keys', 'list', '--service', service.id, '--json']);
    expect(list.stdout).toContain('Web app');
    expect(list.stdout).not.toContain(stdout.trim().slice(-36));
  });

  it('revokes one for good; again is no error', async () => {
    const key = await resultOf([...create, '--service', service.id, '--name', 'Old']);
    expect(key).toMatchObject({ id: uuid, service_id: service.id, name: 'Old', type: 'normal', revoked_at: null });
    expect(await textOf(['api-keys', 'revoke', key.id, '--yes'])).toBe("Revoked 'Old'.\n");
    const again = await resultOf(['api-keys', 'revoke', key.id, '--yes']);
    expect(again).toMatchObject({ id: key.id, revoked_at: instant, already_revoked: true });
    const text = await textOf(['api-keys', 'revoke', key.id, '--yes']);
    expect(text).toBe(`'Old' was revoked already, at ${again.revoked_at}.\n`);
    // Its name is free again.
    await resultOf([...create, '--service', service.id, '--name', 'Old']);
  });

  it('lists them, revoked ones included', async () => {
    const text = await textOf(['api-keys', 'list', '--service', service.id]);
    expect(text.split('\n')[0]).toMatch(/^ID +NAME +TYPE +CREATED AT +REVOKED AT$/);
    expect(text).toMatch(/ Old +normal +\S+ +\d{4}-/);
    expect(text).toMatch(/ Old +normal +\S+ +-$/m);
  });

  it('refuses a name that is taken and what is not there', async () => {
    await resultOf([...create, '--service', service.id, '--name', 'Taken']);
    const taken = { code: 'CONFLICT', message: "There is a valid key named 'Taken' already" };
    await expectError([...create, '--service', service.id, '--name', 'Taken'], 4, taken);
    await expectError([...create, '--service', anId, '--name', 'x'], 5, { code: 'NOT_FOUND' });
    await expectError(['api-keys', 'list', '--service', anId], 5, { code: 'NOT_FOUND' });
    await expectError(['api-keys', 'revoke', anId, '--yes'], 5, { code: 'NOT_FOUND' });
  });
});

describe('templates', () => {
  const create = ['templates', 'create', '--name', 'A template'];

  it('creates one from a text, a file and standard input', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'letter.md'), 'Dear ((name)),\n\nyour ((item)).\n');
    const to = ['--service', service.id];
    expect(await resultOf([...create, ...to, '--type', 'sms', '--content', 'Hi ((name))'])).toEqual({
      id: uuid,
      service_id: service.id,
      name: 'A template',
      type: 'sms',
      version: 1,
      subject: null,
      content: 'Hi ((name))',
      placeholders: ['name'],
      process_type: 'normal',
      postage: null,
      reply_to: null,
      has_unsubscribe_link: false,
      letter_attachment_id: null,
      archived: false,
      created_at: instant,
      updated_at: null,
    });
    const letter = ['--type', 'letter', '--subject', 'About ((item))', '--postage', 'first', '--content', '@letter.md'];
    expect(await resultOf([...create, ...to, ...letter], { cwd: folder })).toMatchObject({
      type: 'letter',
      subject: 'About ((item))',
      postage: 'first',
      placeholders: expect.arrayContaining(['item', 'name']),
    });
    const email = ['--type', 'email', '--subject', 'Hello', '--process-type', 'priority', '--content', '-'];
    const made = await resultOf([...create, ...to, ...email], { input: 'From ((place))\n' });
    expect(made).toMatchObject({ type: 'email', process_type: 'priority', placeholders: ['place'] });
  });

  it('shows one, and lists those of a type', async () => {
    expect(await resultOf(['templates', 'show', template.id])).toMatchObject({
      id: template.id,
      content: 'Hello ((name))',
    });
    expect(await textOf(['templates', 'show', template.id, '--version', '1'])).toMatch(
      /^id +\S+\nname +Hello\ntype +sms\nversion +1\nplaceholders +name\n[^]*\n\nHello \(\(name\)\)\n$/,
    );
    const list = await resultOf(['templates', 'list', '--service', service.id, '--type', 'sms']);
    expect(new Set(list.map(({ type }: { type: string }) => type))).toEqual(new Set(['sms']));
    expect(list).toContainEqual(expect.objectContaining({ id: template.id }));
    expect(await textOf(['templates', 'list', '--service', service.id])).toMatch(
      /^ID +TYPE +NAME +VERSION +ARCHIVED\n/,
    );
  });

  it('previews one with values given as name=value or JSON, before or after the id', async () => {
    const result = { id: template.id, version: 1, type: 'sms', subject: null, body: 'Hello Ann' };
    expect(await resultOf(['templates', 'preview', template.id, '--personalisation', 'name=Ann'])).toEqual(result);
    expect(await textOf(['templates', 'preview', '-p', '{"name":"Bo"}', template.id])).toBe('Hello Bo\n');
  });

  it('says which values are missing, and what is not there', async () => {
    const missing = { code: 'REQUEST_INVALID', message: 'Missing personalisation: name' };
    await expectError(['templates', 'preview', template.id], 2, missing);
    const version = { code: 'NOT_FOUND', message: "Template 'Hello' has no version 7; its newest is 1" };
    await expectError(['templates', 'show', template.id, '--version', '7'], 5, version);
    await expectError(['templates', 'show', anId], 5, { code: 'NOT_FOUND' });
    await expectError(['templates', 'preview', anId], 5, { code: 'NOT_FOUND' });
    await expectError(['templates', 'list', '--service', anId], 5, { code: 'NOT_FOUND' });
    const nowhere = ['--service', anId, '--type', 'sms', '--content', 'x'];
    await expectError([...create, ...nowhere], 5, { code: 'NOT_FOUND' });
  });

  it('refuses a file that cannot be read and an empty content', async () => {
    const to = ['--service', service.id, '--type', 'sms', '--content'];
    const unreadable = {
      code: 'USAGE_INVALID',
      message:
        "--content is 'nope.md', which does not exist: expected the file after @, a text in place of it, or - for standard input",
    };
    await expectError([...create, ...to, '@nope.md'], 2, unreadable);
    await expectError([...create, ...to, ''], 2, { message: expect.stringContaining('content') });
  });
});

describe('notifications', () => {
  const send = (to: string, ...more: string[]): string[] => [
    'notifications',
    'send',
    '--template',
    template.id,
    '--to',
    to,
    '--personalisation',
    'name=Ann',
    ...more,
  ];

  it('sends one, follows it to its delivery, and finds it again', async () => {
    const sent = await resultOf(send('07700 900 321', '--reference', 'ref-1'));
    expect(sent).toEqual({ id: uuid, type: 'sms', body: 'Hello Ann', subject: null, simulated: false });
    const show = ['notifications', 'show', sent.id];
    await waitFor(async () => (await resultOf(show)).status === 'delivered', { what: 'the delivery' });

    expect(await resultOf([...show, '--rendered'])).toMatchObject({
      id: sent.id,
      service_id: service.id,
      status: 'delivered',
      key_type: 'normal',
      template: { id: template.id, version: 1 },
      reference: 'ref-1',
      sent_by: 'sandbox',
      sent_at: instant,
      rendered: { subject: null, text: 'Hello Ann', html: null, fragment_count: 1 },
    });
    expect(await textOf([...show, '--rendered'])).toMatch(/^status +delivered$[^]*\n\nHello Ann\n$/m);

    const trace = await resultOf(['notifications', 'trace', sent.id]);
    expect(trace).toMatchObject({ id: sent.id, status: 'delivered', next: null });
    expect(trace.steps.map(({ step }: { step: string }) => step)).toEqual(['accepted', 'handed over', 'delivered']);
    expect(await textOf(['notifications', 'trace', sent.id])).toMatch(
      /^sms \S+ to .+: delivered\n[^]*\nnext: nothing\n$/,
    );

    const filters = ['--to', '+447700900321', '--status', 'delivered', '--type', 'sms', '--reference', 'ref-1'];
    const found = await resultOf(['notifications', 'list', '--service', service.id, ...filters]);
    expect(found).toMatchObject([{ id: sent.id, reference: 'ref-1' }]);
    const [message, ...others] = await resultOf(['notifications', 'outbox', '--notification', sent.id]);
    expect(message).toMatchObject({ notification_id: sent.id, type: 'sms', to: '447700900321', content: 'Hello Ann' });
    expect(others).toEqual([]);
    expect(await textOf(['notifications', 'outbox', '--to', '07700900321'])).toMatch(/ Hello Ann +\S+\n$/);
  });

  it('pages through a list, and says when there is nothing', async () => {
    await resultOf(send('07700900400'));
    await resultOf(send('07700900400'));
    const list = ['notifications', 'list', '--service', service.id, '--to', '07700900400', '--limit', '1'];
    const [newest] = await resultOf(list);
    const [older] = await resultOf([...list, '--older-than', newest.id]);
    expect(older.id < newest.id).toBe(true);
    expect(await textOf([...list, '--older-than', older.id])).toBe('No such messages.\n');
    expect(await textOf(['notifications', 'outbox', '--since', '2999-01-01T00:00:00Z'])).toBe(
      'The outbox holds no such messages.\n',
    );
  });

  it('accepts the simulated recipients without storing anything', async () => {
    const sent = await resultOf(send('07700900000'));
    expect(sent).toMatchObject({ simulated: true });
    await expectError(['notifications', 'show', sent.id], 5, { code: 'NOT_FOUND' });
  });

  it('refuses what cannot be sent', async () => {
    await expectError(send('123'), 2, { code: 'VALIDATION_FAILED', message: "--to is '123': Not enough digits" });
    const missing = ['notifications', 'send', '--template', template.id, '--to', '07700900321'];
    await expectError(missing, 2, { message: 'Missing personalisation: name' });
    for (const verb of ['show', 'trace']) {
      const unknown = { code: 'NOT_FOUND', message: `No notification has the id '${anId}'` };
      await expectError(['notifications', verb, anId], 5, unknown);
    }
    await expectError(['notifications', 'list', '--service', anId], 5, { code: 'NOT_FOUND' });
    await expectError(['notifications', 'send', '--template', anId, '--to', '07700900321'], 5, { code: 'NOT_FOUND' });
  });
});
