/** Scans over TCP and over a Unix socket, with a daemon of ours that speaks as clamd does. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { createClamdScanner } from '../../../src/lib/antivirus/clamd-scanner.ts';
import type { ClamdAddress } from '../../../src/lib/config/letter-keys.ts';
import { loadConfig } from '../../../src/lib/config/load.ts';
import { startClamd, type FakeClamd } from '../../support/fake-clamd.ts';
import { temporaryFolder } from '../../support/folders.ts';

const running: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of running.splice(0)) await each.close();
});

async function clamd(options: Parameters<typeof startClamd>[0] = {}): Promise<FakeClamd> {
  const started = await startClamd(options);
  running.push(started);
  return started;
}

const virus = Buffer.from('X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*', 'latin1');

async function addressOf(kind: 'tcp' | 'unix'): Promise<ClamdAddress | undefined> {
  return kind === 'tcp' ? undefined : { path: join(await temporaryFolder(), 'clamd.sock') };
}

describe.each(['tcp', 'unix'] as const)('over %s', (kind) => {
  it('tells clean files from infected ones', async () => {
    const daemon = await clamd({ address: await addressOf(kind) });
    const scanner = createClamdScanner(daemon.address);
    expect(await scanner.scan(Readable.from([Buffer.from('clean')]))).toEqual({ isClean: true });
    expect(await scanner.scan(Readable.from([virus]))).toEqual({ isClean: false, virus: 'Eicar-Test-Signature' });
    expect(await scanner.scan(Readable.from([]))).toEqual({ isClean: true });
  });

  it('sends a large file in chunks, all of it', async () => {
    const daemon = await clamd({ address: await addressOf(kind) });
    const file = Buffer.alloc(3_000_000, 'abc');
    expect(await createClamdScanner(daemon.address).scan(Readable.from([file]))).toEqual({ isClean: true });
    expect(daemon.files[0]!.equals(file)).toBe(true);
    expect(Math.max(...daemon.chunks)).toBeLessThanOrEqual(64 * 1024);
  });
});

describe('a scanner that fails', () => {
  const failed = (message: RegExp): object => ({ code: 'SCANNER_FAILED', message: expect.stringMatching(message) });

  it.each(['stream: Can not open file ERROR', 'INSTREAM size limit exceeded. ERROR', 'COMMAND READ TIMED OUT', ''])(
    'answers %j',
    async (reply) => {
      const daemon = await clamd({ reply });
      await expect(createClamdScanner(daemon.address).scan(Readable.from([virus]))).rejects.toMatchObject(
        failed(reply === '' ? /without an answer/ : /it answered '/),
      );
    },
  );

  it('refuses a file before it has all of it', async () => {
    const daemon = await clamd({ largestFile: 100_000 });
    const endless = Readable.from(Array.from({ length: 200 }, () => Buffer.alloc(100_000)));
    await expect(createClamdScanner(daemon.address).scan(endless)).rejects.toMatchObject(failed(/size limit exceeded/));
    expect(endless.destroyed).toBe(true);
  });

  it('is not there, or says nothing', async () => {
    const server = await silentServer();
    const { port } = server.address() as AddressInfo;
    const silent = createClamdScanner({ host: '127.0.0.1', port }, { timeLimitMs: 50 });
    await expect(silent.scan(Readable.from([virus]))).rejects.toMatchObject(failed(/no answer within 0.05 s/));
    await new Promise((resolve) => server.close(resolve));
    const gone = createClamdScanner({ host: '127.0.0.1', port });
    await expect(gone.scan(Readable.from([virus]))).rejects.toMatchObject(failed(/ECONNREFUSED/));
    const nowhere = createClamdScanner({ path: '/nonexistent/clamd.sock' });
    await expect(nowhere.scan(Readable.from([virus]))).rejects.toMatchObject(failed(/ENOENT/));
  });

  it('is not blamed for a file that cannot be read', async () => {
    const daemon = await clamd();
    const file = new Readable({ read: () => void file.destroy(new Error('the disk is gone')) });
    await expect(createClamdScanner(daemon.address).scan(file)).rejects.toThrow('the disk is gone');
  });
});

async function silentServer(): Promise<Server> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.on('close', () => sockets.delete(socket));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

describe('NOTIFY_CLAMD', () => {
  const rows: [text: string, address: ClamdAddress][] = [
    ['tcp://scanner.example:3311', { host: 'scanner.example', port: 3311 }],
    ['tcp://scanner.example', { host: 'scanner.example', port: 3310 }],
    ['tcp://[::1]:3310', { host: '::1', port: 3310 }],
    ['unix:/run/clamav/clamd.ctl', { path: '/run/clamav/clamd.ctl' }],
    ['unix:///run/clamav/clamd.ctl', { path: '/run/clamav/clamd.ctl' }],
  ];
  const read = (text: string): ClamdAddress | null =>
    loadConfig({ environment: { NOTIFY_CLAMD: text, HOME: '/nonexistent' } }).config.clamd;

  it.each(rows)('%s', (text, address) => expect(read(text)).toEqual(address));

  it.each(['scanner.example:3310', 'http://scanner.example', 'unix:relative', 'tcp://', 'tcp://host/path'])(
    'not %s',
    (text) => {
      expect(() => read(text)).toThrow(/NOTIFY_CLAMD.*expected tcp:\/\/host:port or unix:\/path/s);
    },
  );
});
