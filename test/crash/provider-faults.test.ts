/** Providers that fail in every way while a worker is killed and the database restarts: every message still ends right. */
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, type TestContext } from 'vitest';
import { connectClient, openDatabase } from '../../src/lib/db/database.ts';
import { openEmbeddedDatabase } from '../../src/lib/db/embedded/embedded-database.ts';
import type { ProviderStub, StubRequest } from '../../src/lib/providers/stub/start-provider-stub.ts';
import { sendSms } from '../cli/api-client.ts';
import { databaseEnvironment, runCli, startServe } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';
import { startTestStub } from '../support/provider-stub.ts';
import { makeJobsDue } from '../support/queue-probe.ts';
import { waitFor } from '../support/wait.ts';

const messages = 150;
/** Whatever may make a worker forget that a provider said yes. */
const kills = 2;

interface Receiver {
  readonly url: string;
  /** Statuses that were told, by message. */
  readonly told: ReadonlyMap<string, readonly string[]>;
}

/** A service's endpoint for callbacks. */
async function startReceiver({ onTestFinished }: TestContext): Promise<Receiver> {
  const told = new Map<string, string[]>();
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { id, status } = JSON.parse(body) as { id: string; status: string };
      told.set(id, [...(told.get(id) ?? []), status]);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks`, told };
}

/** The message that a provider was asked to send. */
function referenceOf({ provider, body }: StubRequest): string | null {
  if (provider === 'mmg') return (JSON.parse(body) as { cid: string }).cid;
  return provider === 'firetext' ? new URLSearchParams(body).get('reference') : null;
}

/** Counts what providers that were well had taken until now. */
function noteAccepted(stub: ProviderStub, provider: 'mmg' | 'firetext', counts: Map<string, number>): void {
  for (const request of stub.requests) {
    const reference = request.provider === provider ? referenceOf(request) : null;
    if (reference !== null) counts.set(reference, (counts.get(reference) ?? 0) + 1);
  }
}

it(
  'every message ends delivered, is sent no oftener than something was killed, and is told of',
  { timeout: 240_000 },
  async (context) => {
    // A server of its own; this process starts it again when it ends.
    const database = await openEmbeddedDatabase({ stateDir: join(await temporaryFolder(), 'state') });
    context.onTestFinished(() => database.release());
    const receiver = await startReceiver(context);
    const common = {
      ...databaseEnvironment(database.url),
      NOTIFY_LOG_LEVEL: 'silent',
      NOTIFY_DRAIN_DELAY: '0',
      NOTIFY_DATABASE_POOL_SIZE: '4',
      NOTIFY_CALLBACK_ALLOWED_HOSTS: '127.0.0.1',
    };
    const notify = async (...args: string[]): Promise<{ id: string; key: string }> => {
      const answer = await runCli([...args, '--json'], { env: common });
      expect(answer.exitCode, answer.stderr).toBe(0);
      return answer.json().result as { id: string; key: string };
    };
    await notify('db', 'migrate');
    const { id: serviceId } = await notify('services', 'create', '--name', 'Faults', '--live');
    const { key } = await notify('api-keys', 'create', '--service', serviceId, '--name', 'key', '--type', 'normal');
    const content = ['--type', 'sms', '--name', 'Hello', '--content', 'Hello ((name))'];
    const { id: template } = await notify('templates', 'create', '--service', serviceId, ...content);
    const tokenFile = join(await temporaryFolder(), 'token');
    await writeFile(tokenFile, 'a-bearer-token');
    const callback = ['--type', 'delivery_status', '--url', receiver.url, '--token-file', tokenFile];
    await notify('services', 'callbacks', 'set', serviceId, ...callback);

    const api = await startServe(['--role', 'api'], common);
    const stub = await startTestStub(api.ready.url);
    context.onTestFinished(() => stub.close());
    const workerEnv = {
      ...common,
      NOTIFY_MMG_URL: `${stub.url}/mmg`,
      NOTIFY_MMG_API_KEY: 'stub',
      NOTIFY_FIRETEXT_URL: `${stub.url}/firetext`,
      NOTIFY_FIRETEXT_API_KEY: 'stub',
    };
    const startWorker = (): ReturnType<typeof startServe> =>
      startServe(['--role', 'worker', '--admin-port', 'off'], workerEnv);
    const first = await startWorker();
    const second = await startWorker();
    const db = openDatabase({ url: database.url, poolSize: 2, applicationName: 'notify tests' });
    context.onTestFinished(() => db.close());
    await db.query(
      `UPDATE provider_details SET active = identifier IN ('mmg', 'firetext') WHERE notification_type = 'sms'`,
    );

    // One provider is ill in turn in every way; the other takes messages, but its receipts come doubled or out of order.
    stub.setScenario('mmg', { answer: 'error', outcome: 'delivered' });
    stub.setScenario('firetext', { outcome: 'delivered', receipts: 'duplicate', delay: [0, 50] });
    const accepted: string[] = [];
    const send = async (count: number): Promise<void> => {
      while (count > 0) {
        count -= 1;
        const { status, body } = await sendSms(api.ready.url, { key, template }).catch(() => ({
          status: 0,
          body: null,
        }));
        if (status === 201) accepted.push((body as { id: string }).id);
      }
    };
    const load = Promise.all(Array.from({ length: 6 }, () => send(messages / 6)));
    await waitFor(() => accepted.length >= messages / 5, { what: 'the first messages' });
    stub.setScenario('mmg', { answer: 'garbage' });
    await delay(300);
    stub.setScenario('mmg', { answer: 'close' });
    await first.kill('SIGKILL');
    stub.setScenario('firetext', { receipts: 'reordered' });
    await delay(300);
    stub.setScenario('mmg', { answer: 'hang' });
    await load;
    const postmaster = async (): Promise<number> =>
      Number((await readFile(join(database.dataDir, 'postmaster.pid'), 'utf8')).split('\n', 1)[0]);
    const pid = await postmaster();
    process.kill(pid, 'SIGINT');
    await waitFor(async () => (await postmaster()) !== pid, { timeout: 60_000, what: 'a new server' });
    await waitFor(async () => (await connectClient(database.url, 'notify tests')).end().then(() => true), {
      timeout: 60_000,
      what: 'the server to be back',
    });

    // From here on both are well; what failed is tried again at once instead of in minutes.
    const sends = new Map<string, number>();
    noteAccepted(stub, 'firetext', sends);
    stub.reset();
    stub.setScenario('mmg', { outcome: 'delivered', delay: [0, 50] });
    stub.setScenario('firetext', { outcome: 'delivered', delay: [0, 50] });
    const third = await startWorker();
    const unfinished = async (): Promise<boolean> => {
      await makeJobsDue(db);
      const { rows } = await db.query<{ status: string }>({
        text: `SELECT notification_status AS status FROM notifications WHERE id = ANY($1) AND notification_status <> 'delivered'`,
        values: [accepted],
      });
      if (rows.length > 0)
        throw new Error(`${rows.length} are ${[...new Set(rows.map(({ status }) => status))].join()}`);
      return true;
    };
    await waitFor(unfinished, { timeout: 120_000, what: `${accepted.length} messages to be delivered` });
    for (const provider of ['mmg', 'firetext'] as const) noteAccepted(stub, provider, sends);

    expect(accepted.length).toBeGreaterThan(messages / 2);
    expect(accepted.filter((id) => (sends.get(id) ?? 0) < 1)).toEqual([]);
    expect(accepted.filter((id) => sends.get(id)! > 1 + kills)).toEqual([]);
    const untold = (): string[] => accepted.filter((id) => !receiver.told.get(id)?.includes('delivered'));
    await waitFor(
      async () => {
        await makeJobsDue(db);
        if (untold().length > 0) throw new Error(`${untold().length} callbacks are missing`);
        return true;
      },
      { timeout: 60_000, what: 'a callback for every message' },
    );
    for (const server of [second, third, api]) expect(await server.kill('SIGTERM')).toMatchObject({ exitCode: 0 });
  },
);
