import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { headerRoom, storedZip, storedZipBytes, type ZipFile } from '../../../src/lib/print-runs/stored-zip.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { requireProgram } from '../../support/programs.ts';
import { readZip } from '../../support/read-zip.ts';

interface File {
  readonly name: string;
  readonly content: Buffer;
}

async function* framed(files: readonly File[]): AsyncGenerator<ZipFile> {
  for (const { name, content } of files)
    yield { name, framed: Buffer.concat([Buffer.alloc(headerRoom(name), '?'), content]) };
}

const zipOf = async (files: readonly File[]): Promise<Buffer> =>
  Buffer.concat(await Array.fromAsync(storedZip(framed(files))));
const some: readonly File[] = [
  { name: 'NOTIFY.A.PDF', content: Buffer.from('first') },
  { name: 'NOTIFY.B.PDF', content: Buffer.alloc(100_000, 7) },
  { name: 'NOTIFY.EMPTY.PDF', content: Buffer.alloc(0) },
];

describe('a stored zip', () => {
  it.each([0, 1, 3])('of %i files is read back, and has the size that was foretold', async (count) => {
    const files = some.slice(0, count);
    const zip = await zipOf(files);
    expect(zip.length).toBe(storedZipBytes(files.map(({ name, content }) => ({ name, bytes: content.length }))));
    const entries = await readZip(zip);
    expect(entries.map(({ name }) => name)).toEqual(files.map(({ name }) => name));
    for (const [index, { content, method, mode, hasDescriptor }] of entries.entries()) {
      expect(content.equals(files[index]!.content)).toBe(true);
      expect({ method, mode, hasDescriptor }).toEqual({ method: 0, mode: 0o644, hasDescriptor: false });
    }
  });

  it('is the same whenever it is made', async () => {
    expect(await zipOf(some)).toEqual(await zipOf(some));
  });
});

const python = requireProgram('python');

python.suite('a stored zip', () => {
  it('passes the checks of another reader', async () => {
    const file = join(await temporaryFolder(), 'letters.zip');
    await writeFile(file, await zipOf(some));
    const script = `import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), z.namelist())`;
    const said = execFileSync(python.path, ['-c', script, file], { encoding: 'utf8' });
    expect(said.trim()).toBe(`None [${some.map(({ name }) => `'${name}'`).join(', ')}]`);
  });
});
