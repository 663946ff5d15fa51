/** What becomes of broadcasts before they are sent (broadcasts sheet §2). */
import { beforeEach, describe, expect, it } from 'vitest';
import { broadcastStatuses, type BroadcastStatus } from '../../src/lib/broadcasts/broadcast-message.ts';
import { expireBroadcasts } from '../../src/lib/broadcasts/expire-broadcasts.ts';
import { setBroadcastService } from '../../src/lib/broadcasts/set-broadcast-service.ts';
import { listAlertsForPublic, showBroadcast } from '../../src/lib/broadcasts/show-broadcast.ts';
import { updateBroadcast } from '../../src/lib/broadcasts/update-broadcast.ts';
import { findBroadcastSettings } from '../../src/lib/broadcasts/broadcast-settings-repository.ts';
import { createTestClock } from '../server/test-clock.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { storedJobs } from '../support/queue-probe.ts';
import { useTestApp } from '../support/test-app.ts';
import { aBroadcastTeam, aDraft, anApproved, aUser, move, square, type BroadcastTeam } from './broadcasts.ts';

const clock = createTestClock('2026-03-10T12:00:00Z');
const log = createLogCapture();
const app = useTestApp({ clock, logger: log.logger });

let team: BroadcastTeam;
beforeEach(async () => {
  clock.set('2026-03-10T12:00:00Z');
  team = await aBroadcastTeam(app);
});

const setStatus = (id: string, status: BroadcastStatus): Promise<unknown> =>
  app.db.query({ text: 'UPDATE broadcast_message SET status = $2 WHERE id = $1', values: [id, status] });

const refusal = (message: string): object => ({ code: 'BROADCAST_REFUSED', message });

describe('a status', () => {
  const allowed: Readonly<Record<string, readonly string[]>> = {
    draft: ['pending-approval'],
    'pending-approval': ['rejected', 'draft', 'broadcasting'],
    rejected: ['draft', 'pending-approval'],
    broadcasting: ['completed', 'cancelled'],
  };
  const pairs = broadcastStatuses.flatMap((from) =>
    broadcastStatuses.map((to): [BroadcastStatus, BroadcastStatus] => [from, to]),
  );

  it.each(pairs)('moves from %s to %s only where that is allowed', async (from, to) => {
    const { id } = await aDraft(app, team);
    await setStatus(id, from);
    const moving = move(app, team, { id }, to, team.approver);
    if (allowed[from]?.includes(to)) await expect(moving).resolves.toMatchObject({ message: { status: to } });
    else
      await expect(moving).rejects.toMatchObject(refusal(`Cannot move broadcast_message ${id} from ${from} to ${to}`));
  });

  it('is moved by members of an active service only', async () => {
    const { id } = await aDraft(app, team);
    const stranger = await aUser(app, null);
    const admin = await aUser(app, null, { platformAdmin: true });
    const words = (user: string) => `User ${user} cannot update broadcast_message ${id} from other service`;
    for (const user of [stranger, admin])
      await expect(move(app, team, { id }, 'pending-approval', user)).rejects.toMatchObject(refusal(words(user)));
    await setStatus(id, 'broadcasting');
    await expect(move(app, team, { id }, 'cancelled', stranger)).rejects.toMatchObject(refusal(words(stranger)));
    await expect(move(app, team, { id }, 'cancelled', app.ids.uuid())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(move(app, team, { id }, 'cancelled', admin)).resolves.toMatchObject({
      message: { status: 'cancelled', cancelledById: admin, cancelledByApiKeyId: null, cancelledAt: clock.now() },
    });
    await app.db.query({ text: 'UPDATE services SET active = false WHERE id = $1', values: [team.serviceId] });
    await expect(move(app, team, { id }, 'draft', team.author)).rejects.toMatchObject({
      code: 'BROADCAST_FORBIDDEN',
      message: 'Updating broadcast message is not allowed: service is inactive ',
    });
  });

  it('of another service is as if it were not there', async () => {
    const { id } = await aDraft(app, team);
    const other = await aBroadcastTeam(app);
    await expect(move(app, other, { id }, 'pending-approval', other.author)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(updateBroadcast(app, { serviceId: other.serviceId, id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(showBroadcast(app, { serviceId: other.serviceId, id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('an approval', () => {
  it('makes one event, queues it, and tells operators', async () => {
    const { message, event } = await anApproved(app, team);
    expect(message).toMatchObject({ status: 'broadcasting', approvedById: team.approver, approvedAt: clock.now() });
    expect(event).toMatchObject({
      broadcastMessageId: message.id,
      messageType: 'alert',
      sentAt: clock.now(),
      transmittedContent: { body: message.content },
      transmittedAreas: message.areas,
      transmittedSender: 'broadcasts@notifications.service.gov.uk',
    });
    const jobs = (await storedJobs(app.db)).filter(({ subject }) => subject === event!.id);
    expect(jobs).toMatchObject([
      { queue: 'broadcasts', task: 'send-broadcast-event', args: { broadcastEventId: event!.id } },
    ]);
    expect(log.lines().find(({ broadcastMessageId }) => broadcastMessageId === message.id)).toMatchObject({
      alert: 'live-broadcast',
      msg: 'Live broadcast sent',
      channel: 'severe',
      areas: ['River Steeping'],
      excerpt: message.content,
    });
  });

  it.each([
    ['test', '16:00'],
    ['operator', '16:00'],
    ['severe', '10:30'],
    ['government', '10:30'],
  ] as const)('on the channel %s ends at %s when nobody said so', async (channel, end) => {
    const { message } = await anApproved(app, await aBroadcastTeam(app, { channel }));
    const day = end === '16:00' ? '2026-03-10' : '2026-03-11';
    expect(message).toMatchObject({ startsAt: clock.now(), finishesAt: new Date(`${day}T${end}:00Z`) });
  });

  it('keeps the times that were given', async () => {
    const finishesAt = new Date('2026-03-10T13:00:00Z');
    const { message, event } = await anApproved(app, team, { finishesAt });
    expect([message.finishesAt, event!.transmittedFinishesAt]).toEqual([finishesAt, finishesAt]);
  });

  it('is not the creator’s, first of all; and needs areas', async () => {
    const message = await aDraft(app, team, { areas: {} });
    await move(app, team, message, 'pending-approval', team.author);
    await expect(move(app, team, message, 'broadcasting', team.author)).rejects.toMatchObject(
      refusal(`User ${team.author} cannot approve their own broadcast_message ${message.id}`),
    );
    await expect(move(app, team, message, 'broadcasting', team.approver)).rejects.toMatchObject(
      refusal(`broadcast_message ${message.id} has no selected areas and so cannot be broadcasted.`),
    );
    // A move that is not allowed is told before anything else.
    await setStatus(message.id, 'draft');
    await expect(move(app, team, message, 'broadcasting', team.author)).rejects.toMatchObject(
      refusal(`Cannot move broadcast_message ${message.id} from draft to broadcasting`),
    );
  });

  it('in training may be the creator’s, and makes no event', async () => {
    const training = await aBroadcastTeam(app, { live: false });
    const message = await aDraft(app, training);
    expect(message.stubbed).toBe(true);
    await move(app, training, message, 'pending-approval', training.author);
    const approved = await move(app, training, message, 'broadcasting', training.author);
    expect(approved).toMatchObject({ event: null, message: { status: 'broadcasting' } });
    expect((await move(app, training, message, 'cancelled', training.author)).event).toBeNull();
  });

  it.each([
    [true, 'False', 'in trial mode'],
    [false, 'True', 'live'],
  ])(
    'makes no event when the mode has changed since (restricted: %s), and says so',
    async (restricted, stubbed, mode) => {
      const changed = await aBroadcastTeam(app, { live: restricted });
      const message = await aDraft(app, changed);
      await move(app, changed, message, 'pending-approval', changed.author);
      await app.db.query({
        text: 'UPDATE services SET restricted = $2 WHERE id = $1',
        values: [changed.serviceId, restricted],
      });
      const approved = await move(app, changed, message, 'broadcasting', changed.approver);
      expect(approved).toMatchObject({ event: null, message: { status: 'broadcasting' } });
      expect(log.lines('error').find(({ broadcastMessageId }) => broadcastMessageId === message.id)?.msg).toBe(
        `Broadcast event not created. Stubbed status of broadcast message was ${stubbed} but service was ${mode}`,
      );
    },
  );

  it('is refused when no network could be given a document', async () => {
    const late = await aDraft(app, team, { finishesAt: new Date('2026-03-10T11:00:00Z') });
    const escaped = await aDraft(app, team, { source: { content: 'Flood\u001b', reference: 'flood-8' } });
    for (const message of [late, escaped]) {
      await move(app, team, message, 'pending-approval', team.author);
      await expect(move(app, team, message, 'broadcasting', team.approver)).rejects.toMatchObject({
        code: 'BROADCAST_REFUSED',
        message: expect.stringContaining(`broadcast_message ${message.id} cannot be broadcast: `) as string,
      });
    }
  });

  it('is refused while the service has no channel', async () => {
    await app.db.query({
      text: 'DELETE FROM service_broadcast_settings WHERE service_id = $1',
      values: [team.serviceId],
    });
    await expect(anApproved(app, team)).rejects.toMatchObject({ code: 'BROADCAST_REFUSED' });
  });

  it('of two at the same time counts once', async () => {
    const message = await aDraft(app, team);
    await move(app, team, message, 'pending-approval', team.author);
    const moves = [1, 2, 3].map(() => move(app, team, message, 'broadcasting', team.approver));
    const settled = await Promise.allSettled(moves);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { rowCount } = await app.db.query({
      text: 'SELECT FROM broadcast_event WHERE broadcast_message_id = $1',
      values: [message.id],
    });
    expect(rowCount).toBe(1);
  });
});

describe('a cancellation', () => {
  it('is an event of its own and leaves the end as it was', async () => {
    const { message } = await anApproved(app, team);
    clock.set('2026-03-10T13:00:00Z');
    const cancelled = await move(app, team, message, 'cancelled', team.author);
    expect(cancelled).toMatchObject({
      event: { messageType: 'cancel', transmittedFinishesAt: message.finishesAt },
      message: {
        status: 'cancelled',
        finishesAt: message.finishesAt,
        cancelledById: team.author,
        cancelledAt: clock.now(),
      },
    });
  });
});

describe('a draft', () => {
  it('of a template has its text, and keeps its values encrypted', async () => {
    await app.db.query({
      text: `INSERT INTO service_permissions (service_id, permission, created_at) VALUES ($1, 'sms', now())`,
      values: [team.serviceId],
    });
    const template = await aTemplate(app, team.serviceId, { content: 'Flood at ((place))' });
    const source = { templateId: template.id, personalisation: { place: 'Wainfleet' } };
    const message = await aDraft(app, team, { source });
    expect(message).toMatchObject({
      content: 'Flood at Wainfleet',
      templateId: template.id,
      templateVersion: 1,
      templateName: template.name,
      personalisation: { place: 'Wainfleet' },
      reference: null,
    });
    const { rows } = await app.db.query<{ personalisation: string }>({
      text: 'SELECT personalisation FROM broadcast_message WHERE id = $1',
      values: [message.id],
    });
    expect(rows[0]!.personalisation).toMatch(/^v1\./);
    const { serviceId, id } = message;
    const areas = { ids: [], simple_polygons: [] };
    const changed = await updateBroadcast(app, { serviceId, id, personalisation: { place: 'Boston' }, areas });
    expect(changed).toMatchObject({ content: 'Flood at Boston', areas: { simple_polygons: [] } });
    await expect(aDraft(app, team, { source: { ...source, personalisation: {} } })).rejects.toMatchObject({
      message: 'Missing personalisation: place',
    });
    const foreign = await aTemplate(app, (await aService(app)).id);
    await expect(aDraft(app, team, { source: { ...source, templateId: foreign.id } })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it.each([
    ['a'.repeat(1396), 'Content must be 1,395 characters or fewer'],
    ['ŵ'.repeat(616), 'Content must be 615 characters or fewer (because it could not be GSM7 encoded)'],
  ])('is not too long', async (content, message) => {
    await expect(aDraft(app, team, { source: { content, reference: 'r' } })).rejects.toMatchObject({ message });
  });

  it('has a reference of 1 to 255 characters', async () => {
    await expect(aDraft(app, team, { source: { content: 'x', reference: 'r'.repeat(256) } })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    await expect(aDraft(app, team, { source: { content: 'x', reference: '' } })).rejects.toMatchObject({
      message: 'reference  is too short',
    });
  });

  it.each([
    [[[...square.slice(0, 3), [51, 1]]], 'areas polygon is not closed'],
    [[square.slice(0, 2)], 'areas polygon has fewer than 4 points'],
    [
      [
        [
          [91, 0],
          [91, 1],
          [90, 1],
          [91, 0],
        ],
      ],
      'areas polygon has a point that is no latitude and longitude: 91,0',
    ],
  ])('has polygons that a document can hold', async (polygons, message) => {
    const areas = { simple_polygons: polygons as never };
    await expect(aDraft(app, team, { areas })).rejects.toMatchObject({ message });
  });

  it.each(['broadcasting', 'completed', 'cancelled', 'technical-failure'] as const)(
    'is not changed once it is %s',
    async (status) => {
      const message = await aDraft(app, team);
      await setStatus(message.id, status);
      const place = { serviceId: team.serviceId, id: message.id };
      await expect(updateBroadcast(app, { ...place, finishesAt: null })).rejects.toMatchObject(
        refusal(`Cannot update broadcast_message ${message.id} while it has status ${status}`),
      );
    },
  );

  it('is not left with half of its areas', async () => {
    const { id, serviceId } = await aDraft(app, team);
    const words = `Cannot update broadcast_message ${id}, area IDs or polygons are missing.`;
    for (const areas of [{ ids: ['a'] }, { simple_polygons: [square] }])
      await expect(updateBroadcast(app, { serviceId, id, areas })).rejects.toMatchObject(refusal(words));
  });
});

describe('the end of a broadcast', () => {
  it.each([
    ['broadcasting', '2026-03-10T16:00:00Z', 'broadcasting'],
    ['broadcasting', '2026-03-10T15:40:00Z', 'completed'],
    ['broadcasting', '2026-03-10T15:50:00Z', 'completed'],
    ['broadcasting', null, 'broadcasting'],
    ['cancelled', '2026-03-10T15:40:00Z', 'cancelled'],
    ['pending-approval', '2026-03-10T15:40:00Z', 'pending-approval'],
  ] as const)('of one that is %s until %s leaves it %s', async (status, finishesAt, after) => {
    const message = await aDraft(app, team, { finishesAt: finishesAt === null ? null : new Date(finishesAt) });
    await setStatus(message.id, status);
    clock.set('2026-03-10T15:50:00Z');
    await expireBroadcasts(app);
    expect((await showBroadcast(app, message)).status).toBe(after);
  });
});

describe('the public list of alerts', () => {
  it('has what was really broadcast, the newest first', async () => {
    const { message: first } = await anApproved(app, team);
    clock.set('2026-03-10T12:30:00Z');
    const { message: second } = await anApproved(app, team);
    await move(app, team, second, 'cancelled', team.author);
    await aDraft(app, team);
    const training = await aBroadcastTeam(app, { live: false });
    const { message: stubbed } = await anApproved(app, training);
    const ids = (await listAlertsForPublic(app)).map(({ id }) => id);
    expect(ids.slice(0, 2)).toEqual([second.id, first.id]);
    expect(ids).not.toContain(stubbed.id);
    await app.db.query({
      text: `UPDATE broadcast_message SET starts_at = '2021-05-24T23:59:59' WHERE id = $1`,
      values: [first.id],
    });
    expect((await listAlertsForPublic(app)).map(({ id }) => id)).not.toContain(first.id);
  });
});

describe('a service that begins to broadcast', () => {
  it('keeps little else: its keys are revoked, and its members may only look', async () => {
    const service = await aService(app, { live: false, permissions: ['sms', 'email', 'email_auth'] });
    const { apiKey } = await anApiKey(app, service.id);
    const member = await aUser(app, service.id);
    await app.db.query({
      text: `INSERT INTO permissions (id, service_id, user_id, permission, created_at) VALUES ($1, $2, $3, 'send_texts', now())`,
      values: [app.ids.uuid(), service.id, member],
    });
    const input = { serviceId: service.id, channel: 'government', provider: 'o2', mode: 'live' } as const;
    const changed = await setBroadcastService(app, input);
    expect(changed).toMatchObject({
      restricted: false,
      countAsLive: false,
      permissions: ['broadcast', 'email_auth'],
      version: 2,
    });
    expect(await findBroadcastSettings(app.db, service.id)).toEqual({ channel: 'government', provider: 'o2' });
    const read = async (sql: string): Promise<unknown[]> =>
      (await app.db.query({ text: sql, values: [service.id] })).rows;
    expect(await read('SELECT go_live_at FROM services WHERE id = $1')).toEqual([{ go_live_at: clock.now() }]);
    expect(await read('SELECT id, expiry_date FROM api_keys WHERE service_id = $1')).toEqual([
      { id: apiKey.id, expiry_date: clock.now() },
    ]);
    expect(await read('SELECT user_id, permission FROM permissions WHERE service_id = $1')).toEqual([
      { user_id: member, permission: 'view_activity' },
    ]);

    clock.set('2026-03-11T12:00:00Z');
    await setBroadcastService(app, { ...input, channel: 'test' });
    expect(await read('SELECT go_live_at FROM services WHERE id = $1')).toEqual([
      { go_live_at: new Date('2026-03-10T12:00:00Z') },
    ]);
    await setBroadcastService(app, { ...input, mode: 'training' });
    expect(await read('SELECT go_live_at, restricted FROM services WHERE id = $1')).toEqual([
      { go_live_at: null, restricted: true },
    ]);
    await expect(setBroadcastService(app, { ...input, serviceId: app.ids.uuid() })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});
