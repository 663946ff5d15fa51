/** OpenSSH's server for the tests of a file, with a wire that tests can cut. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll } from 'vitest';
import { temporaryFolder } from './folders.ts';
import { findProgram } from './programs.ts';
import { freePort } from './free-port.ts';
import { waitFor } from './wait.ts';

const run = promisify(execFile);

export interface SftpServer {
  /** Of the wire to the server. */
  readonly port: number;
  readonly user: string;
  /** Private key that the server takes. */
  readonly privateKey: string;
  /** Fingerprint of its host key. */
  readonly hostKey: string;
  /** Where files arrive. */
  readonly folder: string;
  /** Cuts the wire once so many bytes went to the server; null = never again. */
  cutAfter(bytes: number | null): void;
  /** How often the wire was cut. */
  readonly cuts: number;
  /** Nothing more goes through the wire of a connection once so many bytes went to the server; null lets go of it. */
  holdAfter(bytes: number | null): void;
  /** Whether a wire is held. */
  readonly isHeld: boolean;
  /** From the next connection on no file may have more bytes, as on a disk that is full; null = as many as there is room for. */
  fillUp(bytes: number | null): Promise<void>;
}

/** @param sshd path of the program; the fields are there once the tests run */
export function useSftpServer(sshd: string): SftpServer {
  const server = { cuts: 0, user: userInfo().username } as { -readonly [Name in keyof SftpServer]: SftpServer[Name] };
  let daemon: ChildProcess | null = null;
  let wire: Server | null = null;
  let cutAt: number | null = null;
  let holdAt: number | null = null;
  const held = new Set<Socket>();
  server.cutAfter = (bytes) => {
    cutAt = bytes;
  };
  server.holdAfter = (bytes) => {
    holdAt = bytes;
    if (bytes === null) for (const socket of held) socket.destroy();
  };
  Object.defineProperty(server, 'isHeld', { get: () => held.size > 0 });
  server.fillUp = async (bytes) => {
    await run(findProgram('prlimit')!, [
      '--pid',
      String(daemon!.pid),
      `--fsize=${bytes === null ? 'unlimited' : Math.floor(bytes)}:unlimited`,
    ]);
  };
  const sockets = new Set<Socket>();

  beforeAll(async () => {
    const home = await temporaryFolder();
    server.folder = join(home, 'notify');
    await mkdir(server.folder);
    for (const name of ['host', 'client'])
      await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(home, name)]);
    server.privateKey = await readFile(join(home, 'client'), 'utf8');
    server.hostKey = (await run('ssh-keygen', ['-l', '-f', join(home, 'host.pub')])).stdout.split(' ')[1]!;
    await writeFile(join(home, 'authorized'), await readFile(join(home, 'client.pub')));
    await chmod(join(home, 'authorized'), 0o600);
    // OpenSSH as root wants this folder to be there.
    if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
    const port = await freePort();
    const config = join(home, 'sshd_config');
    await writeFile(
      config,
      [
        `ListenAddress 127.0.0.1`,
        `Port ${port}`,
        `HostKey ${join(home, 'host')}`,
        `AuthorizedKeysFile ${join(home, 'authorized')}`,
        `PidFile none`,
        `StrictModes no`,
        `UsePAM no`,
        `PermitRootLogin yes`,
        `Subsystem sftp internal-sftp`,
        `ForceCommand internal-sftp -d ${home}`,
        `MaxStartups 100`,
      ].join('\n'),
    );
    // A server that is told to stop at a size would be ended by the system; one that ignores that gets an error.
    daemon = spawn('/bin/sh', ['-c', `trap '' XFSZ; exec "$0" "$@"`, sshd, '-D', '-e', '-f', config], {
      stdio: 'ignore',
    });
    await waitFor(() => answers(port), { what: 'sshd to listen' });
    wire = createServer((client) => {
      const toServer = connect(port, '127.0.0.1');
      let bytes = 0;
      for (const socket of [client, toServer]) {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
      }
      client.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (holdAt !== null && bytes >= holdAt) {
          holdAt = null;
          held.add(client);
          client.unpipe(toServer).pause();
        }
        if (cutAt === null || bytes < cutAt) return;
        cutAt = null;
        server.cuts += 1;
        client.destroy();
        toServer.destroy();
      });
      client.pipe(toServer);
      toServer.pipe(client);
      client.on('close', () => {
        held.delete(client);
        toServer.destroy();
      });
      toServer.on('close', () => client.destroy());
    });
    wire.listen(0, '127.0.0.1');
    await once(wire, 'listening');
    server.port = (wire.address() as AddressInfo).port;
  });

  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    wire?.close();
    if (daemon !== null && daemon.exitCode === null) {
      daemon.kill('SIGTERM');
      await once(daemon, 'close');
    }
  });
  return server;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'data');
    return true;
  } finally {
    socket.destroy();
  }
}
