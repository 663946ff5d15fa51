import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { messageOf } from '../core/errors.ts';
import { ok, wrong, type Check } from './check.ts';

const timeoutMs = 3000;
const defaultPort = 6379;

/** Whether Redis answers a PING, where one is configured. */
export async function checkRedis(redisUrl: string | null): Promise<Check> {
  if (redisUrl === null) return ok('redis', 'none configured; everything works without it');
  const url = new URL(redisUrl);
  const place = `${url.hostname}:${url.port || defaultPort}`;
  try {
    await ping(url);
    return ok('redis', `${place} answers`);
  } catch (error) {
    const hint = 'Check REDIS_URL and that Redis runs. Until then limits and statistics come from the database.';
    return wrong('redis', `${place}: ${messageOf(error)}`, hint);
  }
}

async function ping(url: URL): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = open(url);
  const commands = [...login(url), ['PING']];
  socket.setTimeout(timeoutMs, () => reject(new Error(`no answer within ${timeoutMs / 1000} s`)));
  socket.once('error', reject);
  socket.once('close', () => reject(new Error('it closed the connection')));
  let answers = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    answers += text;
    const lines = answers.split('\r\n').slice(0, -1);
    const refusal = lines.find((line) => line.startsWith('-'));
    if (refusal !== undefined) reject(new Error(`it answers "${refusal.slice(1)}"`));
    else if (lines.length === commands.length) resolve();
  });
  // Redis answers in order, so nothing has to wait for the connection or for the login.
  socket.write(commands.map(encode).join(''));
  try {
    await promise;
  } finally {
    socket.destroy();
  }
}

function open({ hostname, port, protocol }: URL): Socket {
  const host = hostname.replace(/^\[|\]$/g, '');
  const target = { host, port: Number(port || defaultPort) };
  return protocol === 'rediss:' ? connectTls({ ...target, servername: host }) : connectPlain(target);
}

function login({ username, password }: URL): string[][] {
  if (password === '') return [];
  const secret = decodeURIComponent(password);
  return [username === '' ? ['AUTH', secret] : ['AUTH', decodeURIComponent(username), secret]];
}

/** A command in Redis' protocol. */
function encode(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}
