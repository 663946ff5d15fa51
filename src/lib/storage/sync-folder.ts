import { open } from 'node:fs/promises';

/** Writes the entries of a folder down: a file that was put into it keeps its name after a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders, and writes their entries down by itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
