import { statfs } from 'node:fs/promises';
import { BenchError } from './bench.ts';

/** @throws BenchError 69 when the file system of `folder` has less free space than `needed` bytes */
export async function assertFreeDisk(folder: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= needed) return;
  throw new BenchError(
    69,
    `${folder} has ${inGigabytes(free)} free and this needs ${inGigabytes(needed)}. Make room, set TMPDIR to a larger disk, or take a smaller --scale.`,
  );
}

function inGigabytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GB`;
}
