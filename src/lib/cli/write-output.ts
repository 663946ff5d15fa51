import { writeFile } from 'node:fs/promises';
import { unwritableFile } from '../core/file-error.ts';

/**
 * Writes what a command made to the file that one of its flags names, which others cannot read; one that is there is
 * replaced.
 *
 * @throws AppError USAGE_INVALID naming the flag and the file
 */
export async function writeOutput(flag: string, file: string, content: Uint8Array): Promise<void> {
  try {
    await writeFile(file, content, { mode: 0o600 });
  } catch (error) {
    throw unwritableFile(flag, file, error);
  }
}
