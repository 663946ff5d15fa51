/** The commands about broadcasts, against a real database. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { aBroadcastTeam, anApproved, move, type BroadcastTeam } from '../integration/broadcasts.ts';
import { aService } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { useTestApp } from '../support/test-app.ts';
import { commandsOn } from './commands-on-database.ts';

const app = useTestApp();
const { notify, resultOf, textOf, expectError } = commandsOn(app);
const area = {
  type: 'Polygon',
  coordinates: [
    [
      [-1.2, 51.12],
      [1.2, 51.12],
      [1.2, 51.74],
      [-1.2, 51.12],
    ],
  ],
};

let team: BroadcastTeam;
let areaFile: string;
beforeEach(async () => {
  team = await aBroadcastTeam(app);
  areaFile = join(await temporaryFolder(), 'area.geojson');
  await writeFile(areaFile, JSON.stringify(area));
});

const create = (...more: string[]): string[] => [
  ...['broadcasts', 'create', '--service', team.serviceId, '--content', 'Go upstairs.', '--reference', 'flood-7'],
  ...['--areas', areaFile, '--area-name', 'River Steeping', '--as', team.author, ...more],
];

describe('a broadcast', () => {
  it('is drafted, submitted, approved by another, sent, and cancelled', async () => {
    const draft = await resultOf(create());
    expect(draft).toMatchObject({
      ...{ status: 'draft', reference: 'flood-7', created_by_id: team.author, stubbed: false },
      areas: {
        names: ['River Steeping'],
        simple_polygons: [
          [
            [51.12, -1.2],
            [51.12, 1.2],
            [51.74, 1.2],
            [51.12, -1.2],
          ],
        ],
      },
    });
    const id = draft.id as string;
    expect(await textOf(['broadcasts', 'submit', id, '--as', team.author])).toBe(`'flood-7' waits for approval.\n`);
    const approve = ['broadcasts', 'approve', id, '--as'];
    await expectError([...approve, team.author], 4, {
      code: 'CONFIRMATION_NEEDED',
      hint: "Repeat the command with --confirm 'flood-7'.",
    });
    await expectError([...approve, team.author, '--confirm', 'flood-8'], 4, { code: 'CONFIRMATION_NEEDED' });
    await expectError([...approve, team.author, '--confirm', 'flood-7'], 4, {
      code: 'BROADCAST_REFUSED',
      message: `User ${team.author} cannot approve their own broadcast_message ${id}`,
    });
    const folder = await temporaryFolder();
    const env = { NOTIFY_BROADCAST_TRANSPORT: 'file', NOTIFY_BROADCAST_FOLDER: folder };
    const approved = (await notify([...approve, team.approver, '--confirm', 'flood-7', '--json'], { env })).json();
    expect(approved).toMatchObject({ status: 'ok', result: { status: 'broadcasting' }, warnings: [] });
    const event = approved.result.event_id as string;

    const sent = await resultOf(['broadcasts', 'send', '--event', event, '--provider', 'ee'], { env });
    expect(sent).toEqual({
      event_id: event,
      provider: 'ee',
      identifier: expect.any(String) as string,
      route: 'primary',
    });
    expect(await readdir(join(folder, 'ee'))).toEqual([`${sent.identifier}.xml`]);
    const document = await readFile(join(folder, 'ee', `${sent.identifier}.xml`), 'utf8');
    expect(document).toContain('<description>Go upstairs.</description>');

    const again = await notify(['broadcasts', 'send', '--event', event, '--provider', 'ee'], { env });
    expect(again.exitCode).toBe(1);
    expect(again.stderr).toContain(`Cannot send broadcast_event ${event} to provider ee: It is in status returned-ack`);

    const shown = await textOf(['broadcasts', 'show', id]);
    expect(shown).toMatch(/ee +returned-ack/);
    expect(shown).toContain(`alert ${event}`);
    expect(await textOf(['broadcasts', 'show', id, '--svg'])).toMatch(/^<svg .*<title>flood-7<\/title>.*<\/svg>\n$/);
    expect(await textOf(['broadcasts', 'list', '--service', team.serviceId])).toMatch(/flood-7 +broadcasting/);

    await expectError(['broadcasts', 'cancel', id, '--as', team.author], 4, { code: 'CONFIRMATION_NEEDED' });
    const cancelled = await notify(
      ['broadcasts', 'cancel', id, '--as', team.author, '--confirm', 'flood-7', '--json'],
      { env },
    );
    expect(cancelled.json()).toMatchObject({ result: { status: 'cancelled', cancelled_by_id: team.author } });
    expect((await resultOf(['broadcasts', 'show', id])).events).toMatchObject([
      { message_type: 'alert' },
      { message_type: 'cancel' },
    ]);
  });

  it('is rejected, and never found in another service', async () => {
    const { id } = await resultOf(create());
    await resultOf(['broadcasts', 'submit', id, '--as', team.author]);
    expect(await textOf(['broadcasts', 'reject', id, '--as', team.approver])).toBe(`'flood-7' is rejected.\n`);
    const other = await aBroadcastTeam(app);
    expect(await textOf(['broadcasts', 'list', '--service', other.serviceId])).toBe(
      'The service has no such broadcasts.\n',
    );
    await expectError(['broadcasts', 'show', app.ids.uuid()], 5, { code: 'NOT_FOUND' });
  });

  it.each([
    [['--service', '019cd000-0000-7000-8000-000000000000', '--content', 'x'], 2, 'USAGE_INVALID'],
    [['--service', '019cd000-0000-7000-8000-000000000000', '--content', 'x', '--reference', 'y'], 5, 'NOT_FOUND'],
  ])('is not drafted with %j', async (args, exitCode, code) => {
    await expectError(['broadcasts', 'create', ...args], exitCode, { code });
  });

  it('is found by its id, and so are its events', async () => {
    const { message, event } = await anApproved(app, team);
    await move(app, team, message, 'cancelled', team.author);
    expect(await resultOf(['find', message.id])).toMatchObject({
      type: 'broadcast',
      command: `notify broadcasts show ${message.id}`,
    });
    expect(await resultOf(['find', event!.id])).toMatchObject({
      type: 'broadcast event',
      facts: { broadcast_message_id: message.id },
    });
  });
});

describe('where no network can be reached', () => {
  it('nothing is sent, and the commands say so', async () => {
    const { event } = await anApproved(app, team);
    const send = ['broadcasts', 'send', '--event', event!.id, '--provider', 'ee'];
    await expectError(send, 4, { code: 'REFUSED', message: 'No way to the networks is configured here' });
    await expectError(['broadcasts', 'link-test', '--provider', 'ee'], 4, { code: 'REFUSED' });
    const env = {
      NOTIFY_BROADCAST_TRANSPORT: 'http',
      NOTIFY_BROADCAST_ROUTES: '{"ee":{"primary":"http://127.0.0.1:1/","failover":"http://127.0.0.1:1/"}}',
    };
    const failed = await notify([...send, '--json'], { env });
    expect([failed.exitCode, failed.json()]).toMatchObject([
      1,
      { error: { code: 'PROVIDER_FAILED', hint: 'The queue tries it again.' } },
    ]);
    const tested = await notify(['broadcasts', 'link-test', '--provider', 'ee', '--json'], { env });
    expect([tested.exitCode, tested.json().result]).toMatchObject([1, [{ route: 'primary' }, { route: 'failover' }]]);
  });
});

describe('broadcasts set-up', () => {
  it('makes a service broadcast, when it is confirmed', async () => {
    const { id } = await aService(app);
    const setUp = ['broadcasts', 'set-up', id, '--channel', 'operator', '--mode', 'training'];
    await expectError(setUp, 4, { code: 'CONFIRMATION_NEEDED' });
    expect(await resultOf([...setUp, '--yes'])).toMatchObject({
      restricted: true,
      permissions: ['broadcast'],
      broadcast: { channel: 'operator', provider: 'all' },
    });
  });
});
