import { request } from 'node:http';
import { expect, it } from 'vitest';
import { startServe, type RunningServe } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';
import { signToken } from '../support/token.ts';
import { waitFor } from '../support/wait.ts';

const posts = 2000;
const connections = 50;
const kills = 3;

it(
  'loses nothing that was answered 201, and sends nothing more often than it was killed, when killed with -9 three times under load',
  { timeout: 240_000 },
  async () => {
    const env = { NOTIFY_STATE_DIR: await temporaryFolder(), NOTIFY_LOG_LEVEL: 'error' };
    let server = await startServe(['--demo'], env);
    const { demo, url } = server.ready;
    const { port } = new URL(url);
    const accepted: string[] = [];
    let started = 0;

    const sendAll = async (): Promise<void> => {
      for (;;) {
        const number = (started += 1);
        if (number > posts) return;
        let answer = await postSms(Number(port), demo!, number);
        while (answer === 'refused') answer = await postSms(Number(port), demo!, number);
        if (answer !== 'cut off') accepted.push(answer);
      }
    };
    const killAndRestart = async (): Promise<void> => {
      for (let kill = 1; kill <= kills; kill += 1) {
        await waitFor(() => started >= (posts / (kills + 1)) * kill, { timeout: 60_000 });
        await server.kill('SIGKILL');
        server = await startServe(['--demo', '--port', port, '--admin-port', '0'], env);
      }
    };
    await Promise.all([killAndRestart(), ...Array.from({ length: connections }, sendAll)]);

    expect(accepted.length).toBeGreaterThanOrEqual(posts - 2 * kills * connections);
    expect(new Set(accepted).size).toBe(accepted.length);

    const open = new Set(accepted);
    await waitFor(
      async () => {
        for (const id of open) {
          const status = await readStatus(server, demo!, id);
          expect(status, `notification ${id} was answered 201`).not.toBe(404);
          if (status !== 'delivered') return false;
          open.delete(id);
        }
        return true;
      },
      { timeout: 120_000 },
    );

    const sendsOf = Map.groupBy(await readOutbox(server), ({ notification_id: id }) => id);
    for (const id of accepted) {
      const sends = sendsOf.get(id)?.length ?? 0;
      expect(sends, `sends of ${id}`).toBeGreaterThanOrEqual(1);
      expect(sends, `sends of ${id}`).toBeLessThanOrEqual(1 + kills);
    }
    await server.kill('SIGTERM');
  },
);

type Demo = NonNullable<RunningServe['ready']['demo']>;

/** The id of the accepted message; `refused` when no server was there; `cut off` when it went away and nobody knows. */
function postSms(port: number, demo: Demo, number: number): Promise<string> {
  const body = JSON.stringify({
    phone_number: '07700900123',
    template_id: demo.templates.sms,
    personalisation: { name: `N${number}` },
  });
  return new Promise((resolve) => {
    const sending = request(
      {
        host: '127.0.0.1',
        port,
        method: 'POST',
        path: '/v2/notifications/sms',
        headers: { authorization: `Bearer ${signToken(demo.api_keys.normal)}`, 'content-type': 'application/json' },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('error', () => resolve('cut off'));
        response.on('close', () => {
          // A 201 whose body was cut off is a 201 all the same, but its id is unknown.
          if (!response.complete) return resolve('cut off');
          expect(response.statusCode, text).toBe(201);
          resolve((JSON.parse(text) as { id: string }).id);
        });
      },
    );
    sending.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') setTimeout(resolve, 20, 'refused');
      else resolve('cut off');
    });
    sending.end(body);
  });
}

async function readStatus({ ready }: RunningServe, demo: Demo, id: string): Promise<string | 404> {
  const response = await fetch(`${ready.url}/v2/notifications/${id}`, {
    headers: { authorization: `Bearer ${signToken(demo.api_keys.normal)}` },
  });
  if (response.status === 404) return 404;
  return ((await response.json()) as { status: string }).status;
}

async function readOutbox({ ready }: RunningServe): Promise<{ notification_id: string }[]> {
  const response = await fetch(`${ready.admin_url}/sandbox/messages?limit=10000`);
  return ((await response.json()) as { messages: { notification_id: string }[] }).messages;
}
