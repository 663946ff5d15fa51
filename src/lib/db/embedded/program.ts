import { AppError } from '../../core/errors.ts';

/** What the programs get of our environment: nothing, so that no PG* or LC_* variable changes what they do. */
export const serverEnvironment: Record<string, string> = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' };

/** The error for a program that the system does not start at all. */
export function cannotRun(program: string, error: Error): AppError {
  // The kernel says ENOENT for a program whose loader is missing: the programs are linked with the GNU C library.
  const isForeign = ['ENOENT', 'ENOEXEC'].includes((error as NodeJS.ErrnoException).code ?? '');
  return new AppError(
    'DATABASE_UNUSABLE',
    isForeign
      ? `This system cannot run the embedded PostgreSQL (${program}): it lacks the GNU C library.`
      : `The embedded PostgreSQL cannot be run: ${error.message}`,
    { hint: 'Set DATABASE_URL to a PostgreSQL server, version 15 or newer.', cause: error },
  );
}

/** What a server tells clients who come too early or too late is no reason of anything. */
const aboutClients = /FATAL: {2}the database system is /;

/** The line of a program's output that says most about its failure: the last PANIC or FATAL, else the last error. */
export function tellingLine(output: string): string | null {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !aboutClients.test(line));
  const last = (pattern: RegExp): string | undefined => lines.findLast((line) => pattern.test(line));
  return last(/\b(FATAL|PANIC):/) ?? last(/\berror:/i) ?? lines.at(-1) ?? null;
}
