import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { checkRedis } from '../../../src/lib/doctor/check-redis.ts';

let server: Server | null = null;
const received: string[] = [];

afterEach(async () => {
  received.length = 0;
  await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
  server = null;
});

/** Something on a port that answers as told; returns `host:port`. */
async function listen(answer: (socket: Socket, text: string) => void): Promise<string> {
  server = createServer((socket) => {
    socket.on('error', () => undefined).setEncoding('utf8');
    socket.on('data', (text: string) => {
      received.push(text);
      answer(socket, text);
    });
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('is content without Redis', async () => {
  expect(await checkRedis(null)).toMatchObject({ name: 'redis', status: 'ok' });
});

it('pings', async () => {
  const place = await listen((socket) => socket.write('+PONG\r\n'));
  expect(await checkRedis(`redis://${place}`)).toEqual({
    name: 'redis',
    status: 'ok',
    message: `${place} answers`,
    hint: null,
  });
  expect(received.join('')).toBe('*1\r\n$4\r\nPING\r\n');
});

it('logs in with the name and password of the URL', async () => {
  const place = await listen((socket) => socket.write('+OK\r\n+PONG\r\n'));
  expect(await checkRedis(`redis://us%2Fer:p%C3%A4ss@${place}/2`)).toMatchObject({ status: 'ok' });
  expect(received.join('')).toBe('*3\r\n$4\r\nAUTH\r\n$5\r\nus/er\r\n$5\r\npäss\r\n*1\r\n$4\r\nPING\r\n');
});

it('reports a refusal in the words of Redis, and never the password', async () => {
  const place = await listen((socket) => socket.write('-WRONGPASS invalid password\r\n+PONG\r\n'));
  const check = await checkRedis(`redis://:secret@${place}`);
  expect(check).toMatchObject({ status: 'error', message: `${place}: it answers "WRONGPASS invalid password"` });
  expect(JSON.stringify(check)).not.toContain('secret');
});

it('reports a connection that is closed', async () => {
  const place = await listen((socket) => socket.end());
  expect(await checkRedis(`redis://${place}`)).toMatchObject({
    status: 'error',
    message: `${place}: it closed the connection`,
  });
});

it('reports that nobody listens', async () => {
  expect(await checkRedis('redis://127.0.0.1:1')).toMatchObject({
    status: 'error',
    message: '127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1',
    hint: expect.stringContaining('REDIS_URL') as unknown,
  });
});

it('does not wait for ever', async () => {
  const place = await listen(() => undefined);
  expect(await checkRedis(`redis://${place}`)).toMatchObject({
    status: 'error',
    message: `${place}: no answer within 3 s`,
  });
});
