/** Requests to a running server as its clients make them. */
import type { RunningServe } from '../support/cli.ts';
import { signToken } from '../support/token.ts';

export type Demo = NonNullable<RunningServe['ready']['demo']>;

export interface Answer {
  readonly status: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests compare it with what they expect
  readonly body: any;
}

/** GET without a key, such as of the admin port. */
export async function get(base: string | null, path: string): Promise<Answer> {
  return toAnswer(await fetch(`${base}${path}`));
}

/** GET as a client of the API. */
export async function getAs(key: string, base: string, path: string): Promise<Answer> {
  return toAnswer(await fetch(`${base}${path}`, { headers: { authorization: `Bearer ${signToken(key)}` } }));
}

/** POST as a client of the API. */
export async function postAs(key: string, base: string, path: string, body: object): Promise<Answer> {
  const headers = { authorization: `Bearer ${signToken(key)}`, 'content-type': 'application/json' };
  return toAnswer(await fetch(`${base}${path}`, { method: 'POST', headers, body: JSON.stringify(body) }));
}

/** Sends a text message to a number that nobody has and returns the answer. */
export function sendSms(
  base: string,
  { key, template, to = '07700900321', name = 'Ann' }: { key: string; template: string; to?: string; name?: string },
): Promise<Answer> {
  const body = { phone_number: to, template_id: template, personalisation: { name } };
  return postAs(key, base, '/v2/notifications/sms', body);
}

async function toAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, body: isJson ? JSON.parse(text) : text };
}
