import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createFolderStore } from '../../src/lib/storage/folder-store.ts';
import { temporaryFolder } from '../support/folders.ts';
import { nextEvent } from '../support/wait.ts';

const program = join(import.meta.dirname, 'put-objects.ts');
const writers = 3;

/** Lets a process store objects and kills it after so many; returns those that it said are stored. */
async function storeUntilKilled(folder: string, name: string, count: number): Promise<string[]> {
  const child = spawn(process.execPath, [program, folder, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = nextEvent(child, 'exit');
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.split('\n').length > count) child.kill('SIGKILL');
  });
  await ended;
  return output.split('\n').slice(0, -1);
}

it('keeps every stored object, and none of which only a part was written, when writers are killed with -9', async () => {
  const folder = join(await temporaryFolder(), 'files');
  const runs = Array.from({ length: writers }, (_, n) => storeUntilKilled(folder, `writer-${n}`, 20 + 7 * n));
  const stored = (await Promise.all(runs)).flat();
  expect(stored.length).toBeGreaterThanOrEqual(writers * 20);

  const store = createFolderStore(folder);
  const contentOf = (key: string): Buffer => Buffer.alloc(200_000, `${key}\n`);
  for (const key of stored) {
    expect((await store.read('letters', key))?.equals(contentOf(key)), key).toBe(true);
    expect(await store.head('letters', key)).toMatchObject({ metadata: { key } });
  }
  // What was stored without being said is whole, too.
  const listed = await Array.fromAsync(store.list('letters', 'writer-'), ({ key }) => key);
  expect(listed).toEqual(expect.arrayContaining(stored));
  expect(listed.length).toBeLessThanOrEqual(stored.length + writers);
  for (const key of listed) expect((await store.read('letters', key))?.equals(contentOf(key)), key).toBe(true);
  const contended = (await store.read('letters', 'contended'))!;
  const [last] = contended.toString('utf8').split('\n');
  expect(contended.equals(contentOf(last!))).toBe(true);
  // At most what each of them was writing is left behind.
  expect((await readdir(join(folder, 'letters', '.incoming'))).length).toBeLessThanOrEqual(2 * writers);
});
