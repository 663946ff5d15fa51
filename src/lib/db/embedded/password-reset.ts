import { spawn } from 'node:child_process';
import { AppError } from '../../core/errors.ts';
import { spawnIdentity } from './account.ts';
import { databaseName, settingArguments } from './cluster.ts';
import { removeMisleadingPidFile } from './postmaster.ts';
import { cannotRun, serverEnvironment, tellingLine } from './program.ts';
import type { ServerPlace } from './server.ts';

/**
 * Gives the role `notify` a new password, for a cluster whose password file was lost: whoever may write the data folder
 * may do so. Runs the server in single-user mode; no server may be running.
 *
 * @throws AppError DATABASE_UNUSABLE when it fails
 */
export async function resetPassword(place: ServerPlace, password: string): Promise<void> {
  await removeMisleadingPidFile(place.dataDir);
  // Errors end the process, so the exit code tells; the password is base64url and needs no quoting.
  const settings = settingArguments({ exit_on_error: 'on', log_min_messages: 'error' });
  const child = spawn(place.binaries.postgres, ['--single', '-D', place.dataDir, ...settings, 'postgres'], {
    ...{ cwd: place.binaries.bin, env: serverEnvironment, stdio: ['pipe', 'ignore', 'pipe'], windowsHide: true },
    ...spawnIdentity(place.account),
  });
  let messages = '';
  child.stderr.on('data', (chunk: Buffer) => (messages += chunk.toString()));
  // A server that ends before it reads says why on stderr.
  child.stdin.on('error', () => undefined);
  child.stdin.end(`ALTER ROLE ${databaseName} PASSWORD '${password}';\n`);
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => reject(cannotRun(place.binaries.postgres, error)));
    child.once('close', resolve);
  });
  if (exitCode === 0) return;
  throw new AppError(
    'DATABASE_UNUSABLE',
    `The password of the database in ${place.dataDir} is lost and cannot be set anew: ${tellingLine(messages)}`,
    { hint: `Put the file "password" back into ${place.home}.` },
  );
}
