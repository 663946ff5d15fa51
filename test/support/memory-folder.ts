import { accessSync, constants, readFileSync, statfsSync } from 'node:fs';

/** Where Linux has such a folder. */
export const memoryRoot = '/dev/shm';
const GiB = 1024 ** 3;
/** What a run keeps at most, with room to spare. */
const neededSpace = 3 * GiB;
const neededMemory = 6 * GiB;

/**
 * A folder whose files are in memory, for what a run makes and throws away: thousands of small files, which cost a disk
 * more than the tests that use them. Null where there is none (only Linux has one) or too little memory.
 */
export function memoryFolder(): string | null {
  try {
    accessSync(memoryRoot, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = statfsSync(memoryRoot);
    const isEnough = bavail * bsize >= neededSpace && process.availableMemory() >= neededMemory;
    return isEnough && runsPrograms() ? memoryRoot : null;
  } catch {
    return null;
  }
}

/** Tests run programs that they have put into a folder; containers often forbid that here. */
function runsPrograms(): boolean {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  const options = mounts.map((line) => line.split(' ')).findLast(([, folder]) => folder === memoryRoot)?.[3];
  return options !== undefined && !options.split(',').includes('noexec');
}
