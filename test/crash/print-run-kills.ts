/** A print run that is killed with -9 at each of its steps: every letter is printed, and none twice. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import { collateLetters } from '../../src/lib/print-runs/collate-letters.ts';
import type { PrintDestination } from '../../src/lib/print-runs/print-destination.ts';
import { uploadZips } from '../../src/lib/print-runs/upload-zips.ts';
import { aService } from '../support/builders.ts';
import { readZip } from '../support/read-zip.ts';
import { testSecretKeys } from '../support/secret-keys.ts';
import { useTestApp, type TestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';
import { manyLetters, storeLetters, type StoredLetter } from '../support/waiting-letters.ts';

const child = join(import.meta.dirname, 'print-letters.ts');
const now = '2020-02-17T18:00:00Z';
const lettersOfZip = 2;

/** Where zips go. */
export interface Place {
  readonly folder: string;
  /** How a process of its own is told. */
  readonly environment: Readonly<Record<string, string>>;
  readonly destination: PrintDestination;
  /** Two are in a zip. */
  readonly letters: number;
}

/** What kills print runs on an app of the test file. */
export function usePrintRunKills(): {
  readonly app: TestApp;
  readonly killAtEachStep: (place: Place) => Promise<void>;
} {
  const app = useTestApp();
  let serviceId: string;

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
      NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
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
    for (const table of ['notifications', 'letter_zips', 'letter_print_runs'])
      await app.db.query(`DELETE FROM ${table}`);
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

  return { app, killAtEachStep };
}
