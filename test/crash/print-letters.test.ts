/** A print run that is killed with -9 at each of its steps: every letter is printed, and none twice. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { collateLetters } from '../../src/lib/print-runs/collate-letters.ts';
import { createPrintDestination } from '../../src/lib/print-runs/create-print-destination.ts';
import { createFolderDestination } from '../../src/lib/print-runs/folder-destination.ts';
import type { PrintDestination } from '../../src/lib/print-runs/print-destination.ts';
import { uploadZips } from '../../src/lib/print-runs/upload-zips.ts';
import { aService } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { requireProgram } from '../support/programs.ts';
import { readZip } from '../support/read-zip.ts';
import { testSecretKeys } from '../support/secret-keys.ts';
import { useSftpServer } from '../support/sftp-server.ts';
import { useTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';
import { manyLetters, storeLetters, type StoredLetter } from '../support/waiting-letters.ts';

const app = useTestApp();
const child = join(import.meta.dirname, 'print-letters.ts');
const now = '2020-02-17T18:00:00Z';
const lettersOfZip = 2;
let serviceId: string;

/** Where zips go. */
interface Place {
  readonly folder: string;
  /** How a process of its own is told. */
  readonly environment: Readonly<Record<string, string>>;
  readonly destination: PrintDestination;
  /** Two are in a zip. */
  readonly letters: number;
}

beforeAll(async () => {
  ({ id: serviceId } = await aService(app));
});

/** Runs the print run; true when it was killed. */
async function runUntil(killAt: number, { folder, environment }: Place): Promise<boolean> {
  const env = {
    PATH: process.env['PATH'] ?? '',
    DATABASE_URL: app.databaseUrl,
    NOTIFY_SECRET_KEYS: testSecretKeys,
    NOTIFY_STORAGE_DIR: app.config.storageDir!,
    ...environment,
    HOME: folder,
  };
  const running = spawn(process.execPath, [child, String(killAt), now, String(lettersOfZip)], {
    env,
    stdio: 'inherit',
  });
  const [code, signal] = (await once(running, 'close')) as [number | null, string | null];
  if (signal === 'SIGKILL') return true;
  expect(code, `the run that was to be killed at step ${killAt}`).toBe(0);
  return false;
}

/** What an operator does next. */
async function goOn({ destination }: Place): Promise<void> {
  const deps = {
    ...app,
    clock: { now: () => new Date(now) },
    printDestination: destination,
  };
  const limits = { bytes: 1e9, letters: lettersOfZip };
  await waitFor(() => collateLetters(deps, { resume: true, limits }), {
    what: 'the dead process to let go of its lock',
  });
  await waitFor(() => uploadZips(deps));
  await collateLetters(deps, { limits });
  await uploadZips(deps);
}

async function reset({ folder, letters }: Place): Promise<StoredLetter[]> {
  for (const table of ['notifications', 'letter_zips', 'letter_print_runs']) await app.db.query(`DELETE FROM ${table}`);
  for await (const { key } of app.storage.list('letters')) await app.storage.delete('letters', key);
  for (const name of await readdir(folder)) await rm(join(folder, name));
  return storeLetters(app, manyLetters(letters, { serviceId, createdAt: new Date('2020-02-17T10:00:00Z') }));
}

/** Names of the letters in each zip that the provider would take. */
async function printed({ folder }: Place): Promise<string[][]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ZIP')).sort();
  return Promise.all(
    names.map(async (name) => (await readZip(await readFile(join(folder, name)))).map((entry) => entry.name)),
  );
}

async function killAtEachStep(place: Place): Promise<void> {
  let kills = 0;
  for (let killAt = 1; ; killAt += 1) {
    const stored = await reset(place);
    const wasKilled = await runUntil(killAt, place);
    // What has its name is whole at every moment.
    const early = await printed(place);
    if (wasKilled) await goOn(place);
    const zips = await printed(place);
    const expected = stored.map(({ key }) => key.split('/')[1]);
    expect(zips.flat(), `killed at step ${killAt}`).toEqual(expected);
    expect(zips.slice(0, early.length)).toEqual(early);
    expect((await readdir(place.folder)).filter((name) => !name.endsWith('.ZIP'))).toEqual([]);
    const { rows } = await app.db.query(`SELECT DISTINCT notification_status AS status, sent_by, z.state
      FROM notifications n LEFT JOIN letter_zip_letters c ON c.notification_id = n.id LEFT JOIN letter_zips z ON z.id = c.zip_id`);
    expect(rows).toEqual([{ status: 'sending', sent_by: 'dvla', state: 'sent' }]);
    const records: string[] = [];
    for await (const { key } of app.storage.list('letters', '2020-02-17/zips_sent/')) records.push(key);
    expect(records).toHaveLength(zips.length);
    if (!wasKilled) break;
    kills += 1;
  }
  expect(kills, 'steps at which it was killed').toBeGreaterThan(place.letters > 2 ? 20 : 12);
}

describe('prints each letter once, wherever it was killed', { timeout: 300_000 }, () => {
  it('with zips that go to a folder', async () => {
    const folder = await temporaryFolder();
    const destination = createFolderDestination(folder, 'folder');
    await killAtEachStep({ folder, destination, environment: { NOTIFY_PRINT_FOLDER: folder }, letters: 3 });
  });

  const sshd = requireProgram('sshd');

  sshd.suite('with zips that go to', () => {
    const server = useSftpServer(sshd.path);

    it("OpenSSH's server", async () => {
      const url = `sftp://${server.user}@127.0.0.1:${server.port}/notify`;
      const destination = createPrintDestination({
        ...app.config,
        printSftpUrl: url,
        printSftpKey: server.privateKey,
        printSftpHostKey: [server.hostKey],
      });
      const environment = {
        NOTIFY_PRINT_SFTP_URL: url,
        NOTIFY_PRINT_SFTP_KEY: server.privateKey,
        NOTIFY_PRINT_SFTP_HOST_KEY: server.hostKey,
      };
      await killAtEachStep({ folder: server.folder, destination, environment, letters: 2 });
      await destination.close();
    });
  });
});
