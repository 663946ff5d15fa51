import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeOwnFile } from './own-files.ts';

/** The password of the role `notify`, and the port of the last run. */
export interface Credentials {
  readonly password: string;
  /** True when the password was made just now: a cluster that exists does not know it. */
  readonly isNewPassword: boolean;
  readonly port: number | null;
}

/** Reads the password and port of our folder; a password that is missing or damaged is replaced by a new random one. */
export async function readOrMakeCredentials(home: string): Promise<Credentials> {
  const port = await readPort(home);
  const existing = await readIfThere(passwordFile(home));
  if (existing !== null && /^[\w-]{20,}\n?$/.test(existing))
    return { password: existing.trim(), isNewPassword: false, port };
  return { password: randomBytes(24).toString('base64url'), isNewPassword: true, port };
}

/** Keeps a new password. Call it when the cluster knows it, or before the cluster exists. */
export async function keepPassword(home: string, password: string): Promise<void> {
  await writeOwnFile(passwordFile(home), `${password}\n`, true);
}

/** Keeps the port, which the next run takes again when it is free. */
export async function keepPort(home: string, port: number): Promise<void> {
  if ((await readPort(home)) !== port) await writeOwnFile(path.join(home, 'port'), `${port}\n`);
}

async function readPort(home: string): Promise<number | null> {
  const port = Number(await readIfThere(path.join(home, 'port')));
  return Number.isInteger(port) && port > 1023 && port < 65536 ? port : null;
}

function passwordFile(home: string): string {
  return path.join(home, 'password');
}

async function readIfThere(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
}
