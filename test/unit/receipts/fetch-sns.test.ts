import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchSns } from '../../../src/lib/receipts/fetch-sns.ts';
import { aCertificate } from '../../support/certificate.ts';

const { pem, privateKey } = aCertificate({ commonName: 'localhost' });
const asked: string[] = [];
let server: Server;
let origin: string;

beforeAll(async () => {
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  server = createServer({ key, cert: pem }, ({ url = '' }, response) => {
    asked.push(url);
    if (url === '/moved') response.writeHead(302, { location: '/elsewhere' }).end('moved');
    else if (url === '/endless') response.end('x'.repeat(64 * 1024 + 1));
    else response.end(`answer to ${url}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `https://localhost:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('a URL of SNS', () => {
  it('is fetched', async () => {
    expect(await fetchSns(`${origin}/a?b=c`, { ca: pem })).toEqual({ status: 200, text: 'answer to /a?b=c' });
  });

  it('that leads elsewhere is not followed', async () => {
    expect(await fetchSns(`${origin}/moved`, { ca: pem })).toEqual({ status: 302, text: 'moved' });
    expect(asked).not.toContain('/elsewhere');
  });

  it('may not answer without end', async () => {
    await expect(fetchSns(`${origin}/endless`, { ca: pem })).rejects.toThrow('the answer is longer than 65536 bytes');
  });

  it('must speak for itself with a certificate that the machine trusts', async () => {
    await expect(fetchSns(`${origin}/a`)).rejects.toThrow(/certificate/i);
  });

  it('must be there', async () => {
    await expect(fetchSns('https://127.0.0.1:1/', { ca: pem })).rejects.toThrow();
  });
});
