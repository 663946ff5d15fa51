/** Stores objects without end in the folder it is given, and says which are stored: to be killed. */
import { createFolderStore } from '../../src/lib/storage/folder-store.ts';

const [, , folder, name] = process.argv;
const store = createFolderStore(folder!);
for (let number = 0; ; number += 1) {
  const key = `${name}/${number % 7}/${number}`;
  const content = Buffer.alloc(200_000, `${key}\n`);
  await store.put('letters', key, content, { metadata: { key } });
  // Replaced again and again, by all processes.
  await store.put('letters', 'contended', content);
  process.stdout.write(`${key}\n`);
}
