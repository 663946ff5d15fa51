/** ClamAV's daemon for the tests of a file, with a database of its own that knows the EICAR test file alone. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll } from 'vitest';
import type { ClamdAddress } from '../../src/lib/config/letter-keys.ts';
import { temporaryFolder } from './folders.ts';
import { freePort } from './free-port.ts';
import { nextEvent, waitFor } from './wait.ts';

/** What every scanner takes for a virus, and which is none. */
export const eicar = Buffer.from('X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*', 'latin1');

/** As the daemon calls it: the ending says that the signature is not ClamAV's own. */
export const eicarName = 'Eicar-Test-Signature.UNOFFICIAL';

export interface Clamd {
  /** Its addresses; there once the tests run. */
  readonly unix: ClamdAddress;
  readonly tcp: ClamdAddress;
  /** Most bytes of a file that it takes. */
  readonly largestFile: number;
  /** Starts it, if it does not run. */
  start(): Promise<void>;
  /** Ends it with -9. */
  kill(): Promise<void>;
  /** It keeps its connections and answers nothing, until `resume`. */
  pause(): void;
  resume(): void;
}

const largestFile = 1024 * 1024;

/** @param program path of clamd */
export function useClamd(program: string): Clamd {
  const clamd = { largestFile } as { -readonly [Name in keyof Clamd]: Clamd[Name] };
  let daemon: ChildProcess | null = null;
  // A worker that is made to end does not run its hooks.
  process.once('exit', () => daemon?.kill('SIGKILL'));

  beforeAll(async () => {
    const home = await temporaryFolder();
    const socket = join(home, 'clamd.sock');
    const port = await freePort();
    await mkdir(join(home, 'database'));
    await writeFile(join(home, 'database', 'test.ndb'), `Eicar-Test-Signature:0:*:${eicar.toString('hex')}\n`);
    const config = join(home, 'clamd.conf');
    await writeFile(
      config,
      [
        `DatabaseDirectory ${join(home, 'database')}`,
        `TemporaryDirectory ${home}`,
        `LocalSocket ${socket}`,
        `TCPSocket ${port}`,
        `TCPAddr 127.0.0.1`,
        `StreamMaxLength ${largestFile}`,
        `MaxThreads 4`,
        '',
      ].join('\n'),
    );
    clamd.unix = { path: socket };
    clamd.tcp = { host: '127.0.0.1', port };
    clamd.start = async () => {
      if (daemon !== null) return;
      // One that was killed leaves it.
      await rm(socket, { force: true });
      daemon = spawn(program, ['--foreground', `--config-file=${config}`], { stdio: 'ignore' });
      for (const address of [clamd.unix, clamd.tcp]) await waitFor(() => answers(address), { what: 'clamd to answer' });
    };
    clamd.kill = async () => {
      const killed = daemon;
      daemon = null;
      if (killed === null || killed.exitCode !== null) return;
      const ended = nextEvent(killed, 'exit');
      killed.kill('SIGKILL');
      await ended;
    };
    clamd.pause = () => void daemon?.kill('SIGSTOP');
    clamd.resume = () => void daemon?.kill('SIGCONT');
    await clamd.start();
  });

  afterAll(() => clamd.kill?.());
  return clamd;
}

async function answers(address: ClamdAddress): Promise<boolean> {
  const socket = connect(address);
  socket.write('zPING\0');
  return (await text(socket)) === 'PONG\0';
}
