/** An installation of several processes whose providers are played, for runs with faults. Needs no test runner. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { createApp, type App } from '../../src/lib/app.ts';
import { setCallback } from '../../src/lib/callbacks/set-callback.ts';
import { loadConfig } from '../../src/lib/config/load.ts';
import { systemClock } from '../../src/lib/core/clock.ts';
import { createIds } from '../../src/lib/core/ids.ts';
import { silentLogger } from '../../src/lib/observability/logger.ts';
import { startProviderStub, type ProviderStub } from '../../src/lib/providers/stub/start-provider-stub.ts';
import { anApiKey, aService, aTemplate } from '../support/builders.ts';
import { testSecretKeys } from '../support/secret-keys.ts';
import { signToken } from '../support/token.ts';
import { waitFor } from '../support/wait.ts';
import { startOwnServer } from './own-server.ts';

export interface ServeProcess {
  /** Null for one without a public port. */
  readonly url: string | null;
  readonly pid: number;
  kill(): Promise<void>;
}

export interface FaultyInstallation {
  readonly app: App;
  readonly stub: ProviderStub;
  /** How often the providers took each message. */
  readonly taken: ReadonlyMap<string, number>;
  /** The statuses that the service was told of each message. */
  readonly told: ReadonlyMap<string, readonly string[]>;
  /** Sends a text; null when it was not accepted. */
  send(to: string): Promise<string | null>;
  startWorker(): Promise<ServeProcess>;
  /** Stops the database server in the middle of its work, and waits until it is back. */
  restartDatabase(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a database server of its own, an API, a stub and a receiver of callbacks; no workers yet. */
export async function startFaultyInstallation(): Promise<FaultyInstallation> {
  const resources = new AsyncDisposableStack();
  try {
    const server = await startOwnServer(resources, 'faults');
    const environment = {
      DATABASE_URL: server.url,
      NOTIFY_SECRET_KEYS: testSecretKeys,
      NOTIFY_LOG_LEVEL: 'silent',
      NOTIFY_DRAIN_DELAY: '0',
      NOTIFY_DATABASE_POOL_SIZE: '6',
      NOTIFY_API_RATE_LIMIT_ENABLED: 'false',
      NOTIFY_CALLBACK_ALLOWED_HOSTS: '127.0.0.1',
      HOME: server.folder,
    };
    const app = await createApp(loadConfig({ environment }).config, { name: 'notify faults', logger: silentLogger });
    resources.defer(() => app.close());
    const receiver = await startReceiver(resources);
    const { id: serviceId } = await aService(app);
    const { id: templateId } = await aTemplate(app, serviceId);
    const { text: key } = await anApiKey(app, serviceId);
    await setCallback(app, {
      serviceId,
      callbackType: 'delivery_status',
      url: receiver.url,
      bearerToken: 'a-bearer-token',
    });

    const start = (args: readonly string[], extra: Readonly<Record<string, string>> = {}): Promise<ServeProcess> =>
      startServe(resources, args, { ...environment, ...extra });
    const api = await start(['--role', 'api']);
    const taken = new Map<string, number>();
    const stub = await startProviderStub(
      { clock: systemClock, ids: createIds(), random: Math.random },
      {
        host: '127.0.0.1',
        port: 0,
        receiptsTo: api.url,
        onAccepted: (_provider, { reference }) => taken.set(reference!, (taken.get(reference!) ?? 0) + 1),
      },
    );
    resources.defer(() => stub.close());
    const providers = {
      NOTIFY_MMG_URL: `${stub.url}/mmg`,
      NOTIFY_MMG_API_KEY: 'stub',
      NOTIFY_FIRETEXT_URL: `${stub.url}/firetext`,
      NOTIFY_FIRETEXT_API_KEY: 'stub',
    };
    return {
      app,
      stub,
      taken,
      told: receiver.told,
      send: (to) => sendText(api.url!, { key, to, templateId }),
      startWorker: () => start(['--role', 'worker', '--admin-port', 'off'], providers),
      restartDatabase: () => server.restart(),
      close: () => resources.disposeAsync(),
    };
  } catch (error) {
    await resources.disposeAsync();
    throw error;
  }
}

async function sendText(
  base: string,
  { key, to, templateId }: { key: string; to: string; templateId: string },
): Promise<string | null> {
  const headers = { authorization: `Bearer ${signToken(key)}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ phone_number: to, template_id: templateId, personalisation: { name: 'Ann' } });
  try {
    const answer = await fetch(`${base}/v2/notifications/sms`, { method: 'POST', headers, body });
    const { id } = (await answer.json()) as { id: string };
    return answer.status === 201 ? id : null;
  } catch {
    return null;
  }
}

/** A service's endpoint for callbacks. */
async function startReceiver(
  resources: AsyncDisposableStack,
): Promise<{ url: string; told: ReadonlyMap<string, readonly string[]> }> {
  const told = new Map<string, string[]>();
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { id, status } = JSON.parse(body) as { id: string; status: string };
      told.set(id, [...(told.get(id) ?? []), status]);
      response.end();
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  resources.defer(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks`, told };
}

/** `bin/run.js` of the build; TEST_PROGRAM=bin/dev.js runs the sources. */
const programFile = resolve(import.meta.dirname, '..', '..', process.env['TEST_PROGRAM'] ?? join('bin', 'run.js'));

async function startServe(
  resources: AsyncDisposableStack,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<ServeProcess> {
  const child = spawn(process.execPath, [programFile, 'serve', '--json', '--port', '0', ...args], {
    cwd: environment['HOME'],
    env: { PATH: process.env['PATH'] ?? '', CI: 'true', ...environment },
  });
  const ended = once(child, 'close');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  resources.defer(kill);
  return { url: await readyUrl(child, args), pid: child.pid!, kill };
}

async function readyUrl(child: ChildProcessWithoutNullStreams, args: readonly string[]): Promise<string | null> {
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (printed += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (printed += chunk));
  const line = (): string | undefined => printed.split('\n').find((candidate) => candidate.startsWith('{'));
  await waitFor(() => line() !== undefined || child.exitCode !== null, { timeout: 60_000, what: 'a process' });
  const document = JSON.parse(line() ?? '{}') as { status?: string; result?: { url: string | null } };
  if (document.status !== 'ready') throw new Error(`serve ${args.join(' ')} did not become ready\n${printed}`);
  return document.result!.url;
}
