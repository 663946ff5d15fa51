import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDisk, checkStateFolder, checkStoredFiles } from '../../../src/lib/doctor/check-storage.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'notify-test-storage-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the state folder', () => {
  it('is good when it can be written, and nothing is left in it', async () => {
    const state = join(folder, 'state');
    await mkdir(state);
    expect(await checkStateFolder(state)).toMatchObject({ status: 'ok', message: `${state} can be written` });
    expect(await readdir(state)).toEqual([]);
  });

  it('is good when it can be made, and is not made', async () => {
    const state = join(folder, 'a', 'b');
    expect(await checkStateFolder(state)).toMatchObject({ status: 'ok' });
    expect(await readdir(folder)).not.toContain('a');
  });

  it('is an error where a file is in its way', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    for (const state of [file, join(file, 'state')]) {
      expect(await checkStateFolder(state)).toMatchObject({
        name: 'state-folder',
        status: 'error',
        hint: expect.stringContaining('NOTIFY_STATE_DIR') as unknown,
      });
    }
  });
});

describe('stored files', () => {
  const nowhere = { s3Bucket: null, s3Endpoint: null, s3Region: null, storageDir: null };

  it('need no check in the state folder', async () => {
    expect(await checkStoredFiles({ ...nowhere, stateDir: folder })).toEqual([]);
  });

  it('are good in a folder that can be written or made', async () => {
    const stored = join(folder, 'stored');
    const config = { ...nowhere, stateDir: folder, storageDir: stored };
    const good = { name: 'stored-files', status: 'ok' };
    expect(await checkStoredFiles(config)).toMatchObject([
      { ...good, message: `${stored} is not there yet and can be made` },
    ]);
    await mkdir(stored);
    expect(await checkStoredFiles(config)).toMatchObject([{ ...good, message: `${stored} can be written` }]);
    expect(await readdir(stored)).toEqual([]);
  });

  it('are an error where a file is in their way', async () => {
    const file = join(folder, 'stored-file');
    await writeFile(file, '');
    expect(await checkStoredFiles({ ...nowhere, stateDir: folder, storageDir: file })).toMatchObject([
      { name: 'stored-files', status: 'error', hint: expect.stringContaining('NOTIFY_STORAGE_DIR') as unknown },
    ]);
  });
});

describe('the disk', () => {
  it('is looked at where the folders are or will be', async () => {
    const { status, message } = await checkDisk([join(folder, 'not', 'yet'), folder]);
    expect(['ok', 'warning', 'error']).toContain(status);
    expect(message).toMatch(/^\d+\.\d GiB of \d+\.\d GiB free in /);
  });
});
