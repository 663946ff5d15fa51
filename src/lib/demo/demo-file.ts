import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, messageOf } from '../core/errors.ts';
import type { Demo } from './demo.ts';

/** The demo of a state folder, or null before the first one. @throws AppError CONFIG_INVALID for a damaged file */
export async function readDemoFile(stateDir: string): Promise<Demo | null> {
  const path = join(stateDir, 'demo.json');
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Demo;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new AppError('CONFIG_INVALID', `${path} cannot be used: ${messageOf(error)}`, {
      hint: 'Delete it to get a new demo service.',
    });
  }
}

/** Keeps a demo, readable by its owner only. Returns what the file holds: another process may have been first. */
export async function writeDemoFile(stateDir: string, demo: Demo): Promise<Demo> {
  await mkdir(stateDir, { recursive: true });
  const temporary = join(stateDir, `demo.json.${process.pid}`);
  await writeFile(temporary, `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
  try {
    await link(temporary, join(stateDir, 'demo.json'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  return (await readDemoFile(stateDir)) ?? demo;
}
