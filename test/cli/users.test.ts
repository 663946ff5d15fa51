/** Users and teams from the command line, up to a broadcast that two of them drafted and approved. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { memberPermissions, systemUserId } from '../../src/lib/users/user.ts';
import { aService } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { useTestApp } from '../support/test-app.ts';
import { commandsOn } from './commands-on-database.ts';
import { anId } from './manifest.ts';

const app = useTestApp();
const { notify, resultOf, textOf, expectError } = commandsOn(app);
const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as string;

let serviceId: string;
let count = 0;
beforeEach(async () => {
  serviceId = (await aService(app)).id;
});

const anAddress = (): string => `person${(count += 1)}@example.gov.uk`;

async function aUser(...more: string[]): Promise<{ id: string; email_address: string }> {
  return resultOf(['users', 'create', '--name', 'Ann Lee', '--email', anAddress(), ...more]);
}

describe('users create', () => {
  it('makes an active user', async () => {
    const email = anAddress();
    const create = ['users', 'create', '--name', ' Ann Lee ', '--email', email, '--mobile', '07700900123'];
    const user = await resultOf([...create, '--id', anId]);
    expect(user).toEqual({
      id: anId,
      name: 'Ann Lee',
      email_address: email,
      mobile_number: '07700900123',
      state: 'active',
      auth_type: 'sms_auth',
      platform_admin: false,
      services: {},
      created_at: expect.stringMatching(/Z$/) as string,
    });
    expect(await textOf(['users', 'show', email.toUpperCase()])).toMatch(/^email address +person\d+@example.gov.uk$/m);
    await expectError([...create, '--id', anId], 4, { code: 'CONFLICT' });
    await expectError(['users', 'create', '--name', 'Bo', '--email', email.toUpperCase()], 4, {
      code: 'CONFLICT',
      message: `Another user has the email address '${email.toUpperCase()}'`,
    });
  });

  it.each([
    [['--name', ' ', '--email', 'a@example.gov.uk'], "name ' ': Invalid name"],
    [['--name', 'Ann', '--email', 'ann'], "email_address 'ann': Not a valid email address"],
    [
      ['--name', 'Ann', '--email', 'a@example.gov.uk', '--mobile', '077'],
      "mobile_number '077': Invalid phone number: Not enough digits",
    ],
  ])('is refused with %j', async (flags, message) => {
    await expectError(['users', 'create', ...flags], 2, { code: 'VALIDATION_FAILED', message });
  });
});

describe('users list', () => {
  it('finds part of an address, the members of a service, and archived users when asked', async () => {
    const [ann, bo] = [await aUser(), await aUser()];
    await resultOf(['services', 'members', 'add', serviceId, '--user', ann.id]);
    const idsOf = async (...flags: string[]): Promise<string[]> =>
      ((await resultOf(['users', 'list', ...flags])) as { id: string }[]).map(({ id }) => id);
    expect(await idsOf('--service', serviceId)).toEqual([ann.id]);
    expect(await idsOf('--email', bo.email_address.toUpperCase())).toEqual([bo.id]);
    expect(await idsOf('--email', 'person_%')).toEqual([]);
    await resultOf(['users', 'archive', bo.id, '--yes']);
    expect(await idsOf('--email', bo.email_address)).toEqual([]);
    expect(await idsOf('--email', bo.email_address, '--archived')).toEqual([bo.id]);
    expect(await textOf(['users', 'list', '--service', serviceId])).toMatch(/^ID +NAME +EMAIL ADDRESS +STATE/);
  });

  it('says that there are more than it shows', async () => {
    await aUser();
    const { exitCode, stdout } = await notify(['users', 'list', '--limit', '1', '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      result: [expect.anything()],
      warnings: ['There are more than 1 user: --limit shows more of them'],
    });
  });
});

describe('users update', () => {
  it('changes what differs, and says what did', async () => {
    const { id, email_address } = await aUser('--mobile', '07700900123', '--platform-admin');
    const update = ['users', 'update', email_address, '--name', 'Bo', '--mobile', '', '--no-platform-admin'];
    const changed = await resultOf(update);
    expect(changed).toMatchObject({
      id,
      name: 'Bo',
      mobile_number: null,
      auth_type: 'email_auth',
      platform_admin: false,
    });
    expect([...changed.changed].sort()).toEqual(['auth_type', 'mobile_number', 'name', 'platform_admin']);
    expect(await textOf(update)).toBe("'Bo' was so already.\n");
    const other = await aUser();
    await expectError(['users', 'update', id, '--email', other.email_address], 4, { code: 'CONFLICT' });
    await expectError(['users', 'update', id], 2, { code: 'USAGE_INVALID' });
    await expectError(['users', 'update', 'nobody@example.gov.uk', '--name', 'Bo'], 5, { code: 'NOT_FOUND' });
  });
});

describe('users archive', () => {
  it('takes the user off teams and frees the address, once and after a question', async () => {
    const [ann, bo] = [await aUser(), await aUser()];
    for (const { id } of [ann, bo]) await resultOf(['services', 'members', 'add', serviceId, '--user', id]);
    const archive = ['users', 'archive', ann.email_address];
    await expectError(archive, 4, { code: 'CONFIRMATION_NEEDED' });
    expect(await resultOf([...archive, '--yes'])).toMatchObject({
      id: ann.id,
      state: 'inactive',
      services: {},
      email_address: expect.stringMatching(/^_archived_\d{4}-\d\d-\d\d-\d\d:\d\d:\d\d_person\d+@example.gov.uk$/),
      already_archived: false,
    });
    expect(await textOf(['users', 'archive', ann.id])).toBe("'Ann Lee' was archived already.\n");
    expect(await resultOf(['users', 'create', '--name', 'Ann', '--email', ann.email_address])).toMatchObject({
      id: uuid,
    });
    await expectError(['users', 'archive', bo.id, '--yes'], 4, { code: 'TEAM_REFUSED' });
    await expectError(['users', 'archive', systemUserId, '--yes'], 4, { code: 'REFUSED' });
  });
});

describe('services members', () => {
  it('come, are given permissions, and go', async () => {
    const [ann, bo] = [await aUser(), await aUser()];
    const members = ['services', 'members'];
    expect(await textOf([...members, 'list', serviceId])).toMatch(/^Nobody is on the team/);
    expect(await resultOf([...members, 'add', serviceId, '--user', ann.email_address])).toMatchObject({
      id: ann.id,
      service_id: serviceId,
      permissions: [...memberPermissions].sort(),
      added: true,
    });
    const add = [...members, 'add', serviceId, '--user', bo.id, '-p', 'view_activity,create_broadcasts'];
    expect(await resultOf(add)).toMatchObject({ permissions: ['create_broadcasts', 'view_activity'], added: true });
    expect(await textOf(add)).toBe("'Ann Lee' was on the team already.\n");
    expect(await resultOf([...members, 'list', serviceId])).toMatchObject([{ state: 'active' }, { state: 'active' }]);

    const permissions = [...members, 'permissions', serviceId, '--user', bo.id];
    const more = [
      ...permissions,
      '--add',
      'approve_broadcasts',
      '--add',
      'manage_settings',
      '--remove',
      'view_activity',
    ];
    expect(await resultOf(more)).toMatchObject({
      permissions: ['approve_broadcasts', 'create_broadcasts', 'manage_settings'],
      changed: true,
    });
    expect(await textOf(more)).toBe("'Ann Lee' could do just that already.\n");
    expect(await textOf([...members, 'remove', serviceId, '--user', ann.id])).toBe("'Ann Lee' is off the team.\n");
    await expectError([...members, 'remove', serviceId, '--user', ann.id], 5, { code: 'NOT_FOUND' });
    const tooFew = 'Cannot change user permissions - service would have too few users with manage_settings';
    await expectError([...permissions, '--set', 'view_activity'], 4, { code: 'TEAM_REFUSED', message: tooFew });
    const last = { code: 'TEAM_REFUSED', message: 'User cannot be removed from the service' };
    await expectError([...members, 'remove', serviceId, '--user', bo.id], 4, last);
    await expectError([...permissions, '--set', 'fly'], 2, {});
    await expectError(permissions, 2, { code: 'USAGE_INVALID' });
    await expectError([...members, 'list', anId.replace('a', 'b')], 5, {});
  });
});

describe('users invite', () => {
  async function fileOf(...lines: string[]): Promise<string> {
    const path = join(await temporaryFolder(), 'team.txt');
    await writeFile(path, lines.join('\r\n'));
    return path;
  }

  it('makes users and members of the lines of a file, and does it once', async () => {
    const known = await aUser();
    const [bo, cy] = [anAddress(), anAddress()];
    const file = await fileOf(known.email_address.toUpperCase(), `Bo Ray <${bo}>`, '', cy);
    const invite = ['users', 'invite', '-f', file, '-s', serviceId, '-p', 'send_texts,view_activity'];
    expect(await resultOf([...invite, '--dry-run'], { status: 'planned' })).toMatchObject({
      users: [
        { user_id: known.id, outcome: 'added' },
        { email_address: bo, user_id: null, outcome: 'created' },
        { email_address: cy, user_id: null, outcome: 'created' },
      ],
    });
    expect(await resultOf(invite)).toEqual({
      service_id: serviceId,
      permissions: ['send_texts', 'view_activity'],
      users: [
        { email_address: known.email_address.toUpperCase(), user_id: known.id, outcome: 'added', problem: null },
        { email_address: bo, user_id: uuid, outcome: 'created', problem: null },
        { email_address: cy, user_id: uuid, outcome: 'created', problem: null },
      ],
    });
    expect(await resultOf(['services', 'members', 'list', serviceId])).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'Bo Ray', permissions: ['send_texts', 'view_activity'] }),
        expect.objectContaining({ name: cy.split('@')[0] }),
      ]),
    );
    expect(await resultOf(invite)).toMatchObject({
      users: [{ outcome: 'already' }, { outcome: 'already' }, { outcome: 'already' }],
    });
  });

  it('says which lines failed, and exits 3, or 1 when all did', async () => {
    const good = anAddress();
    const some = await notify(['users', 'invite', '-f', await fileOf('nonsense', good), '-s', serviceId, '--json']);
    expect({ exitCode: some.exitCode, ...some.json() }).toMatchObject({
      exitCode: 3,
      status: 'partial',
      result: {
        users: [
          {
            email_address: 'nonsense',
            user_id: null,
            outcome: 'failed',
            problem: "email_address 'nonsense': Not a valid email address",
          },
          { email_address: good, outcome: 'created' },
        ],
      },
    });
    const all = await notify(['users', 'invite', '-f', await fileOf('nonsense'), '-s', serviceId]);
    expect(all.exitCode).toBe(1);
    expect(all.stdout).toMatch(/nonsense +failed/);
    await expectError(['users', 'invite', '-f', await fileOf(good), '-s', app.ids.uuid()], 5, { code: 'NOT_FOUND' });
    await expectError(['users', 'invite', '-f', '/nowhere', '-s', serviceId], 2, { code: 'USAGE_INVALID' });
  });
});

it('two people broadcast with commands alone', async () => {
  await resultOf(['broadcasts', 'set-up', serviceId, '--channel', 'test', '--mode', 'live', '--yes']);
  const [author, approver] = [await aUser(), await aUser()];
  for (const { id } of [author, approver]) {
    await resultOf([
      'services',
      'members',
      'add',
      serviceId,
      '--user',
      id,
      '-p',
      'create_broadcasts,approve_broadcasts',
    ]);
  }
  const folder = await temporaryFolder();
  const areas = join(folder, 'river.geojson');
  const ring = [
    [-1.2, 51.12],
    [1.2, 51.12],
    [1.2, 51.74],
    [-1.2, 51.12],
  ];
  await writeFile(areas, JSON.stringify({ type: 'Polygon', coordinates: [ring] }));
  const content = ['--content', 'Go upstairs', '--reference', 'flood-7', '--areas', areas];
  const { id } = await resultOf(['broadcasts', 'create', '--service', serviceId, '--as', author.id, ...content]);
  await resultOf(['broadcasts', 'submit', id, '--as', author.id]);
  const approve = ['broadcasts', 'approve', id, '--confirm', 'flood-7', '--as'];
  await expectError([...approve, author.id], 4, { code: 'BROADCAST_REFUSED' });
  const { exitCode, stdout } = await notify([...approve, approver.id, '--json']);
  expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({ exitCode: 0, result: { status: 'broadcasting' } });
});
