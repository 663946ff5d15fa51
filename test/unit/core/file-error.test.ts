import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { unreadableFile, unreadableText, unwritableFile } from '../../../src/lib/core/file-error.ts';
import { temporaryFolder } from '../../support/folders.ts';

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.fail('nothing was thrown'),
    (error: unknown) => error,
  );
}

const failed = (code: string): Error => Object.assign(new Error(`${code}: no luck, open 'x'`), { code });

describe('a file that cannot be read', () => {
  it('is named with what named it, and what was expected, not in the words of the system', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'people.csv');
    await writeFile(file, '');
    const below = join(file, 'more.csv');
    for (const [path, why] of [
      [join(folder, 'none.csv'), 'which does not exist'],
      [below, 'which does not exist'],
      [folder, 'which is a folder'],
    ] as const) {
      for (const read of [() => readFile(path), () => buffer(createReadStream(path))]) {
        const error = unreadableFile('--input', path, await errorOf(read()), 'a file, or -');
        expect(error).toMatchObject({
          code: 'USAGE_INVALID',
          message: `--input is '${path}', ${why}: expected a file, or -`,
          kind: { exitCode: 2 },
        });
      }
    }
  });

  it.each([
    ['EACCES', "FILE is 'x', which this user may not read: expected a file"],
    ['EPERM', "FILE is 'x', which this user may not read: expected a file"],
    ['EIO', "FILE is 'x', which cannot be read (EIO: no luck, open 'x'): expected a file"],
  ])('%s', (code, message) => {
    expect(unreadableText('FILE', 'x', failed(code))).toBe(message);
  });
});

it.each([
  ['ENOENT', 'whose folder does not exist'],
  ['ENOTDIR', 'whose folder does not exist'],
  ['EISDIR', 'which is a folder'],
  ['EACCES', 'which this user may not write'],
  ['ENOSPC', "which cannot be written (ENOSPC: no luck, open 'x')"],
])('a file that cannot be written: %s', (code, why) => {
  expect(unwritableFile('--out', 'x', failed(code))).toMatchObject({
    code: 'USAGE_INVALID',
    message: `--out is 'x', ${why}: expected a file that can be written`,
  });
});
