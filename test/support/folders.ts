import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterFile } from './after-file.ts';
import { removeFolder } from './remove-folder.ts';

const folders = new Set<string>();

// After what modules do that import this: first the processes end, then their folders go.
afterFile(async () => {
  for (const folder of folders) {
    folders.delete(folder);
    await removeFolder(folder);
  }
});

/**
 * A new folder that goes after the tests of the file, together with embedded databases that were left running in it.
 * Other accounts may pass through: as root, the embedded server runs under one.
 */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'notify-test-'));
  folders.add(folder);
  await chmod(folder, 0o755);
  return folder;
}
