import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../core/errors.ts';
import { isSilent, startHeartbeat, touch } from './heartbeat.ts';
import { writeOwnFile } from './own-files.ts';
import { currentProcess, livenessOf, parseProcessIdentity } from './process-identity.ts';

/** Ownership of the mutex; `release` never throws. */
export interface HeldMutex {
  release(): Promise<void>;
}

export interface MutexOptions {
  /** How long to wait for the owner, in milliseconds. */
  waitMs: number;
}

const generationName = /^mutex\.(\d+)$/;
const claimPrefix = 'mutex-claim.';
const released = 'released';

/**
 * The lock between processes around every start and stop of the server of one folder.
 *
 * A held lock is a file `mutex.N` that names its owner; the highest N counts. A lock that was released, or whose owner is
 * dead, is succeeded by exclusively creating N+1, so two processes that find the same dead owner cannot both win, and
 * nobody ever deletes a lock that might have changed hands since it was read. A slow process that creates an N which
 * others have long passed sees the higher one afterwards and steps back.
 *
 * @throws AppError LOCKED when the owner keeps it longer than `waitMs`
 */
export async function acquireStateMutex(folder: string, options: MutexOptions): Promise<HeldMutex> {
  const deadline = performance.now() + options.waitMs;
  const claim = path.join(folder, `${claimPrefix}${process.pid}.${randomBytes(6).toString('hex')}`);
  try {
    await writeOwnFile(claim, JSON.stringify(currentProcess()));
    for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 2, 50)) {
      const generation = await latestGeneration(folder);
      if (generation === 0 || (await isFree(folder, generation, claim))) {
        const held = await tryGeneration(folder, generation + 1, claim);
        if (held !== null) return held;
      } else if (performance.now() > deadline) {
        throw new AppError(
          'LOCKED',
          `Another process has been starting or stopping the database in ${folder} for long.`,
          {
            hint: 'Try again in a moment.',
          },
        );
      } else {
        await sleep(pauseMs + Math.random() * pauseMs);
      }
    }
  } finally {
    await rm(claim, { force: true });
  }
}

async function tryGeneration(folder: string, generation: number, claim: string): Promise<HeldMutex | null> {
  const file = path.join(folder, `mutex.${generation}`);
  try {
    // A hard link appears with its content and fails when the name exists: creation and ownership are one step.
    await link(claim, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw error;
  }
  if ((await latestGeneration(folder)) !== generation) {
    await rm(file, { force: true });
    return null;
  }
  await removeLeftovers(folder, generation, claim);
  const heartbeat = startHeartbeat(file);
  return {
    async release() {
      await heartbeat.stop();
      // In one step: a process killed half-way must leave a lock that names it, or a released one.
      await writeOwnFile(file, released).catch(() => truncate(file).catch(() => undefined));
    },
  };
}

async function isFree(folder: string, generation: number, claim: string): Promise<boolean> {
  const file = path.join(folder, `mutex.${generation}`);
  try {
    const text = await readFile(file, 'utf8');
    if (text === released) return true;
    const owner = parseProcessIdentity(parseOrNull(text));
    // Not readable as an owner: damaged, or emptied by a release on a full disk; silence decides.
    const liveness = owner === null ? 'elsewhere' : livenessOf(owner);
    if (liveness !== 'elsewhere') return liveness === 'dead';
    await touch(claim);
    return await isSilent(file, (await stat(claim)).mtimeMs);
  } catch (error) {
    // Passed by a newer generation: look again.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function latestGeneration(folder: string): Promise<number> {
  return Math.max(0, ...(await readdir(folder)).map((name) => Number(generationName.exec(name)?.[1] ?? 0)));
}

/** Removes passed generations, and the claims of processes that were killed while they waited. */
async function removeLeftovers(folder: string, generation: number, ownClaim: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    const isOlder = Number(generationName.exec(name)?.[1] ?? generation) < generation;
    const isDeadClaim = name.startsWith(claimPrefix) && file !== ownClaim && (await isOfDeadProcess(file));
    if (isOlder || isDeadClaim) await rm(file, { force: true });
  }
}

async function isOfDeadProcess(file: string): Promise<boolean> {
  const owner = parseProcessIdentity(parseOrNull(await readFile(file, 'utf8').catch(() => '')));
  return owner !== null && livenessOf(owner) === 'dead';
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
