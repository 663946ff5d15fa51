/** Broadcast services, messages and played networks, for tests. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { App } from '../../src/lib/app.ts';
import { createBroadcast, type CreateBroadcastInput } from '../../src/lib/broadcasts/create-broadcast.ts';
import type { BroadcastMessage, BroadcastStatus } from '../../src/lib/broadcasts/broadcast-message.ts';
import { moveBroadcast, type MovedBroadcast } from '../../src/lib/broadcasts/move-broadcast.ts';
import { saveBroadcastSettings } from '../../src/lib/broadcasts/broadcast-settings-repository.ts';
import type { BroadcastSettings } from '../../src/lib/broadcasts/broadcast-settings.ts';
import type { BroadcastProvider } from '../../src/lib/broadcasts/provider-message.ts';
import { showBroadcastProgress } from '../../src/lib/broadcasts/show-broadcast.ts';
import { createStubNetworks, stubRoutes, type StubNetworks } from '../../src/lib/broadcasts/stub-networks.ts';
import type { BroadcastNetwork, BroadcastRoutes } from '../../src/lib/config/broadcast-keys.ts';
import { saveUser } from '../../src/lib/users/save-user.ts';
import { aService } from '../support/builders.ts';
import { makeJobsDue, storedJobs, type StoredJob } from '../support/queue-probe.ts';
import { waitFor } from '../support/wait.ts';

export const square = [
  [51.12, -1.2],
  [51.12, 1.2],
  [51.74, 1.2],
  [51.12, -1.2],
] as const;

export interface BroadcastTeam {
  readonly serviceId: string;
  /** Members: one drafts, the other approves. */
  readonly author: string;
  readonly approver: string;
}

/** A service that broadcasts, with two members. */
export async function aBroadcastTeam(
  app: App,
  { live = true, channel = 'severe', provider = 'all' }: Partial<BroadcastSettings> & { live?: boolean } = {},
): Promise<BroadcastTeam> {
  const service = await aService(app, { live, permissions: ['broadcast'] });
  await saveBroadcastSettings(app.db, service.id, { channel, provider }, app.clock.now());
  const [author, approver] = [await aUser(app, service.id), await aUser(app, service.id)];
  return { serviceId: service.id, author, approver };
}

/** A user, on the team of a service when one is given. */
export async function aUser(
  app: App,
  serviceId: string | null,
  { platformAdmin = false }: { platformAdmin?: boolean } = {},
): Promise<string> {
  const id = app.ids.uuid();
  await saveUser(app, { id, name: 'Someone', emailAddress: `${id}@example.gov.uk`, mobileNumber: null });
  if (platformAdmin) await app.db.query({ text: 'UPDATE users SET platform_admin = true WHERE id = $1', values: [id] });
  if (serviceId !== null) {
    const values = [id, serviceId];
    await app.db.query({ text: 'INSERT INTO user_to_service (user_id, service_id) VALUES ($1, $2)', values });
  }
  return id;
}

export type Draft = Partial<Omit<CreateBroadcastInput, 'serviceId'>>;

/** A draft with an area. */
export function aDraft(app: App, team: BroadcastTeam, draft: Draft = {}): Promise<BroadcastMessage> {
  return createBroadcast(app, {
    serviceId: team.serviceId,
    createdById: team.author,
    source: { content: 'River Steeping will flood. Go upstairs.', reference: 'flood-7' },
    areas: { ids: ['river'], names: ['River Steeping'], simple_polygons: [square] },
    ...draft,
  });
}

export function move(
  app: App,
  { serviceId }: { serviceId: string },
  { id }: { id: string },
  status: BroadcastStatus,
  userId: string,
): Promise<MovedBroadcast> {
  return moveBroadcast(app, { serviceId, id, status, userId });
}

/** A broadcast that has just been approved; its event is queued. */
export async function anApproved(app: App, team: BroadcastTeam, draft: Draft = {}): Promise<MovedBroadcast> {
  const message = await aDraft(app, team, draft);
  await move(app, team, message, 'pending-approval', team.author);
  return move(app, team, message, 'broadcasting', team.approver);
}

export interface TestNetworks extends StubNetworks {
  readonly routes: Readonly<Record<BroadcastNetwork, BroadcastRoutes>>;
}

/** The product's own networks that are played, for the tests of a file; `routes` is there at once. */
export async function useStubNetworks(): Promise<TestNetworks> {
  const networks = createStubNetworks();
  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    void networks.handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  beforeAll(() => networks.reset());
  afterEach(() => networks.reset());
  afterAll(async () => {
    networks.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const none = { certificate: null, key: null, authority: null };
  const routes = Object.fromEntries(
    Object.entries(stubRoutes(url)).map(([provider, routesOf]) => [provider, { ...routesOf, ...none }]),
  ) as unknown as TestNetworks['routes'];
  return Object.assign(networks, { routes });
}

/** Status by network of each event of a message, oldest event first. */
export async function progressOf(
  app: App,
  { serviceId }: { serviceId: string },
  { id }: { id: string },
): Promise<Record<string, string>[]> {
  const events = await showBroadcastProgress(app, { serviceId, id });
  return events.map(({ providerMessages }) =>
    Object.fromEntries(providerMessages.map(({ provider, status }) => [provider, status])),
  );
}

/** What a network was given. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests compare it with what they expect
export function payloadsTo(networks: StubNetworks, wanted: BroadcastProvider): any[] {
  return networks.received.filter(({ provider }) => provider === wanted).map(({ body }) => JSON.parse(body) as unknown);
}

/** Waits for an attempt to be queued, and lets it come at once, after `before`. Returns its delay. */
export async function nextAttempt(app: App, attempt: number, before: () => void = () => undefined): Promise<number> {
  const isNext = (job: StoredJob): boolean => job.attempt === attempt && job.state === 'created';
  const job = await waitFor(async () => (await storedJobs(app.db)).find(isNext));
  before();
  await makeJobsDue(app.db);
  return job.delay;
}
