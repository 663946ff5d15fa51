/**
 * 2,000 letters that go to OpenSSH's server through everything that can go wrong on the way: each is in one zip in the end, and
 * nothing ever stands under a name of a zip that is not that zip.
 */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { collateLetters } from '../../src/lib/print-runs/collate-letters.ts';
import { aService } from '../support/builders.ts';
import { databaseEnvironment, runCli, startCli, type CliResult } from '../support/cli.ts';
import { requireProgram } from '../support/programs.ts';
import { readZip } from '../support/read-zip.ts';
import { useSftpServer } from '../support/sftp-server.ts';
import { useTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';
import { manyLetters, storeLetters, type StoredLetter } from '../support/waiting-letters.ts';

const sshd = requireProgram('sshd');
const prlimit = requireProgram('prlimit');

sshd.suite('2,000 letters', () => {
  prlimit.suite('over SFTP', () => {
    const app = useTestApp();
    const server = useSftpServer(sshd.path);
    const clock = { now: () => new Date('2020-02-17T18:00:00Z') };
    const pdfBytes = 4000;
    let stored: StoredLetter[];
    let zips: readonly { readonly name: string; readonly bytes: number }[];

    beforeAll(async () => {
      const services = [await aService(app), await aService(app)];
      const letters = services.flatMap(({ id: serviceId }, index) =>
        manyLetters(1000, { serviceId, createdAt: new Date('2020-02-17T10:00:00Z'), from: index * 1000 }),
      );
      const pdfOf = (reference: string): Buffer => Buffer.alloc(pdfBytes, `%PDF of ${reference}`);
      stored = await storeLetters(
        app,
        letters.map((letter) => ({ ...letter, pdf: pdfOf(letter.reference) })),
      );
      await collateLetters({ ...app, clock });
      ({ rows: zips } = await app.db.query<{ name: string; bytes: number }>(
        'SELECT name, bytes FROM letter_zips ORDER BY id',
      ));
    });

    const env = (changes: Readonly<Record<string, string>> = {}): Record<string, string> => ({
      ...databaseEnvironment(app.databaseUrl),
      NOTIFY_STORAGE_DIR: app.config.storageDir!,
      NOTIFY_PRINT_SFTP_URL: `sftp://${server.user}@127.0.0.1:${server.port}/notify`,
      NOTIFY_PRINT_SFTP_KEY: server.privateKey,
      NOTIFY_PRINT_SFTP_HOST_KEY: server.hostKey,
      ...changes,
    });
    const upload = (changes?: Readonly<Record<string, string>>): Promise<CliResult> =>
      runCli(['letters', 'upload', '--json'], { env: env(changes) });

    /** The zips that are there under their names: each must be what was claimed for it. */
    async function there(): Promise<string[]> {
      const names = (await readdir(server.folder)).filter((name) => name.endsWith('.ZIP')).sort();
      for (const name of names) {
        const content = await readFile(join(server.folder, name));
        expect(content.length, name).toBe(zips.find((zip) => zip.name === name)!.bytes);
        for (const entry of await readZip(content))
          expect(entry.content.subarray(0, 24).toString()).toBe(`%PDF of ${entry.name.split('.')[1]}`);
      }
      return names;
    }

    async function openZips(): Promise<number> {
      const { rows } = await app.db.query<{ open: number }>(
        `SELECT count(*) AS open FROM letter_zips WHERE state = 'open'`,
      );
      return rows[0]!.open;
    }

    /** Ends an upload by a signal while a zip is on its way. */
    async function endHalfway(bytes: number, signal: NodeJS.Signals): Promise<CliResult & { ms: number }> {
      server.holdAfter(bytes);
      const cli = await startCli(['letters', 'upload', '--json'], { env: env() });
      await waitFor(() => server.isHeld, { timeout: 20_000, what: 'the upload to be in the middle of a zip' });
      const startedAt = performance.now();
      const result = await cli.kill(signal);
      const ms = performance.now() - startedAt;
      server.holdAfter(null);
      // The dead process' lock.
      await waitFor(async () => {
        const { rows } = await app.db.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted`);
        return rows.length === 0;
      });
      return { ...result, ms };
    }

    it('are in one zip each, whatever happened', { timeout: 240_000 }, async () => {
      expect(zips).toHaveLength(4);
      const zipBytes = zips[0]!.bytes;

      const stranger = await upload({ NOTIFY_PRINT_SFTP_HOST_KEY: `SHA256:${'A'.repeat(43)}` });
      expect([stranger.exitCode, stranger.json().error!.code]).toEqual([78, 'PRINT_HOST_UNKNOWN']);
      expect(await there()).toEqual([]);

      server.cutAfter(zipBytes / 2);
      const cut = await upload();
      expect([cut.exitCode, cut.json().error!.code]).toEqual([69, 'PRINT_FAILED']);
      expect([await there(), server.cuts]).toEqual([[], 1]);

      await server.fillUp(zipBytes / 3);
      const full = await upload();
      expect([full.exitCode, full.json().error!.code]).toEqual([69, 'PRINT_FAILED']);
      expect(full.json().error!.message).toContain('Failure');
      expect(await there()).toEqual([]);
      await server.fillUp(null);

      const killed = await endHalfway(zipBytes / 2, 'SIGKILL');
      expect([killed.signal, await there(), await openZips()]).toEqual(['SIGKILL', [], 4]);

      // In the middle of the second one.
      const ended = await endHalfway(zipBytes * 1.5, 'SIGTERM');
      expect([ended.exitCode ?? ended.signal, await there()]).toEqual(['SIGTERM', [zips[0]!.name]]);
      expect(ended.ms).toBeLessThan(10_000);
      expect(await openZips()).toBe(3);

      // What somebody else left under the name of the third, and under that of its part.
      await writeFile(join(server.folder, zips[2]!.name), 'the first bytes');
      await writeFile(join(server.folder, `${zips[2]!.name}.part`), 'more of them'.repeat(300_000));
      const done = await upload();
      expect(done.json()).toMatchObject({ status: 'ok', result: { uploaded: 3, letters: 1500, open: 0 } });

      expect(await there()).toEqual(zips.map(({ name }) => name).sort());
      expect((await readdir(server.folder)).length).toBe(4);
      const printed: string[] = [];
      for (const { name } of zips)
        printed.push(...(await readZip(await readFile(join(server.folder, name)))).map((entry) => entry.name));
      expect(printed.sort()).toEqual(stored.map(({ key }) => key.split('/')[1]!).sort());
      const { rows } = await app.db.query(
        'SELECT notification_status AS status, count(*) FROM notifications GROUP BY 1',
      );
      expect(rows).toEqual([{ status: 'sending', count: 2000 }]);
      expect(await stat(join(server.folder, zips[3]!.name))).toMatchObject({ size: zips[3]!.bytes });

      const again = await upload();
      expect(again.json()).toMatchObject({ status: 'ok', result: { uploaded: 0, there: 0, recorded: 0 } });
    });
  });
});
