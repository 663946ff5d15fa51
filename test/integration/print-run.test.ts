/** A print run as workers do it: from letters that wait to zips that are with the provider. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { collateLetters } from '../../src/lib/print-runs/collate-letters.ts';
import { aService } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { makeJobsDue } from '../support/queue-probe.ts';
import { readZip } from '../support/read-zip.ts';
import { useTestApps } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';
import { manyLetters, storeLetters } from '../support/waiting-letters.ts';

const anApp = useTestApps({ supervise: true });
const clock = { now: () => new Date('2020-02-17T18:00:00Z') };

it(
  'brings 2,000 letters of two services to the provider, once it takes them, each once',
  { timeout: 60_000 },
  async () => {
    const parent = await temporaryFolder();
    const folder = join(parent, 'provider');
    // In its way at first.
    await writeFile(folder, '');
    const app = await anApp({ config: { printFolder: folder } });
    const services = [await aService(app), await aService(app)];
    const letters = services.flatMap(({ id: serviceId }, index) =>
      manyLetters(1000, { serviceId, createdAt: new Date('2020-02-17T10:00:00Z'), from: index * 1000 }),
    );
    const stored = await storeLetters(app, letters);
    await app.runWorkers(['send-letter']);
    const { totals } = await collateLetters({ ...app, clock }, { limits: { bytes: 1e9, letters: 300 }, pageSize: 700 });
    expect(totals.find(({ postage }) => postage === 'second')).toMatchObject({ letters: 2000, zips: 8 });

    const retries = `SELECT FROM pgboss.job_common WHERE name = 'send-letter' AND state = 'created' AND start_after > now()`;
    await waitFor(async () => (await app.db.query(retries)).rowCount! > 0, { what: 'a failed upload' });
    await rm(folder);
    await makeJobsDue(app.db);
    await waitFor(
      async () => {
        await makeJobsDue(app.db);
        const { rows } = await app.db.query<{ open: number }>(
          `SELECT count(*) AS open FROM notifications WHERE notification_status <> 'sending'`,
        );
        return rows[0]!.open === 0;
      },
      { timeout: 40_000, what: 'every letter to be sending' },
    );
    const names = (await readdir(folder)).sort();
    const printed: string[] = [];
    for (const name of names)
      printed.push(...(await readZip(await readFile(join(folder, name)))).map((entry) => entry.name));
    expect(names).toHaveLength(8);
    expect(printed.sort()).toEqual(stored.map(({ key }) => key.split('/')[1]!).sort());
  },
);
