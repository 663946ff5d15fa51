/** The ways of documents to networks. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { createBroadcastTransport } from '../../src/lib/broadcasts/create-broadcast-transport.ts';
import { linkTestPayload } from '../../src/lib/broadcasts/broadcast-event-payload.ts';
import { sendToNetwork, type BroadcastTransport } from '../../src/lib/broadcasts/transport.ts';
import type { Config } from '../../src/lib/config/schema.ts';
import { createTestClock } from '../server/test-clock.ts';
import { aCertificate } from '../support/certificate.ts';
import { temporaryFolder } from '../support/folders.ts';
import { testConfig } from '../support/test-app.ts';
import { useStubNetworks } from './broadcasts.ts';

const networks = await useStubNetworks();
const clock = createTestClock('2026-03-10T12:00:00Z');
const open: BroadcastTransport[] = [];
afterEach(async () => {
  for (const transport of open.splice(0)) await transport.close();
});

async function aTransport(changes: Partial<Config>): Promise<BroadcastTransport> {
  const transport = await createBroadcastTransport(testConfig('postgres://localhost/none', changes), { clock });
  open.push(transport);
  return transport;
}

const payload = linkTestPayload('ee', { identifier: 'test-1', number: null, now: clock.now() });
const ibag = linkTestPayload('vodafone', { identifier: 'test-2', number: 78, now: clock.now() });

it('is closed unless it is configured', async () => {
  const transport = await aTransport({});
  expect([transport.kind, transport.routesTo('ee')]).toEqual(['off', []]);
  await expect(sendToNetwork(transport, 'ee', payload)).rejects.toMatchObject({
    code: 'PROVIDER_FAILED',
    message: 'The network ee did not take the document (no route to it is configured)',
  });
});

it('writes whole documents to a folder', async () => {
  const folder = await mkdtemp(join(await temporaryFolder(), 'out-'));
  const transport = await aTransport({ broadcastTransport: 'file', broadcastFolder: folder });
  await sendToNetwork(transport, 'vodafone', ibag);
  await sendToNetwork(transport, 'vodafone', ibag);
  expect(await readdir(join(folder, 'vodafone'))).toEqual(['test-2.xml']);
  const xml = await readFile(join(folder, 'vodafone', 'test-2.xml'), 'utf8');
  expect(xml).toContain('<IBAG_message_number>0000004e</IBAG_message_number>');
});

it('posts documents where networks make none of their own', async () => {
  const transport = await aTransport({
    broadcastTransport: 'http',
    broadcastRoutes: networks.routes,
    broadcastBody: 'xml',
  });
  await sendToNetwork(transport, 'ee', payload);
  await sendToNetwork(transport, 'vodafone', ibag);
  expect(networks.received.map(({ contentType, body }) => [contentType, body.slice(0, 54)])).toEqual([
    ['application/cap+xml', '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><i'],
    ['text/xml', '<IBAG_Alert_Attributes xmlns="ibag:1.0"><IBAG_protocol'],
  ]);
});

it('shows its certificate to networks that ask for one, and takes only theirs', async () => {
  const { pem: cert, privateKey } = aCertificate({ commonName: 'localhost' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const folder = await temporaryFolder();
  const files = { certificate: join(folder, 'c.pem'), key: join(folder, 'k.pem'), authority: join(folder, 'a.pem') };
  await writeFile(files.certificate, cert);
  await writeFile(files.key, key);
  await writeFile(files.authority, cert);
  const server = createServer(
    { key, cert, ca: cert, requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      response.writeHead((request.socket as TLSSocket).authorized ? 204 : 403).end();
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const primary = `https://localhost:${(server.address() as AddressInfo).port}/`;
  const send = async (own: object): Promise<string> => {
    const routes = { primary, failover: null, certificate: null, key: null, authority: null, ...own };
    const transport = await aTransport({ broadcastTransport: 'http', broadcastRoutes: { ee: routes } });
    return sendToNetwork(transport, 'ee', payload);
  };
  try {
    await expect(send(files)).resolves.toBe('primary');
    await expect(send({ authority: files.authority })).rejects.toMatchObject({ code: 'PROVIDER_FAILED' });
    await expect(send({ certificate: files.certificate, key: files.key })).rejects.toMatchObject({
      code: 'PROVIDER_FAILED',
    });
    await expect(send({ authority: '/nonexistent.pem' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

it('signs with a key and its certificate only', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  await expect(aTransport({ broadcastTransport: 'file', broadcastSigningKey: key })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('NOTIFY_BROADCAST_SIGNING_CERTIFICATE is not') as string,
  });
});
