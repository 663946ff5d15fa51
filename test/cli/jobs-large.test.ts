import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { aService, aTemplate } from '../support/builders.ts';
import { databaseEnvironment, runCli, startCli } from '../support/cli.ts';
import { runCommand } from '../support/command-runner.ts';
import { temporaryFolder } from '../support/folders.ts';
import { useTestApp } from '../support/test-app.ts';
import { waitFor } from '../support/wait.ts';

const app = useTestApp();
let target: string[] = [];

beforeAll(async () => {
  const service = (await aService(app)).id;
  target = ['--service', service, '--template', (await aTemplate(app, service)).id];
});

const environment = (): Record<string, string> => ({
  ...databaseEnvironment(app.databaseUrl),
  NOTIFY_STORAGE_DIR: app.config.storageDir!,
  // Heap that would not do if rows were kept.
  NODE_OPTIONS: '--max-old-space-size=80',
});

/** A file of so many rows; `isBad` gives some of them a number that is too short. */
async function aFile(name: string, rows: number, isBad: (row: number) => boolean = () => false): Promise<string> {
  const path = join(await temporaryFolder(), name);
  const lines = Array.from({ length: rows }, (_, row) => {
    const number = isBad(row) ? '0790090012' : `07${912_000_000 + row}`;
    return `${number},"Jo, ${row}"`;
  });
  await writeFile(path, `phone number,name\n${lines.join('\n')}\n`);
  return path;
}

async function storedRows(jobId: string): Promise<number> {
  const { rows } = await app.db.query<{ count: number }>({
    text: 'SELECT count(DISTINCT job_row_number) AS count FROM notifications WHERE job_id = $1',
    values: [jobId],
  });
  return rows[0]!.count;
}

describe('100,000 rows', () => {
  it('of which one in a hundred is bad are refused in little memory, and each bad one is named', async () => {
    const file = await aFile('bad.csv', 100_000, (row) => row % 100 === 7);
    const errors = join(await temporaryFolder(), 'errors.csv');
    const args = ['jobs', 'process', file, ...target, '--yes', '--errors', errors, '--rows', '1'];
    const { exitCode, stdout } = await runCli(args, { env: environment(), timeout: 30_000 });
    expect(exitCode).toBe(4);
    expect(stdout).toContain('bad.csv: 100,000 rows, 1,000 with errors\n');
    expect(stdout).toContain('You need to fix 1,000 phone numbers.\n');
    const message = 'Number is not valid – double check the phone number you entered';
    const expected = Array.from(
      { length: 1000 },
      (_, index) => `${index * 100 + 7 + 2},phone number,0790090012,${message}`,
    );
    expect((await readFile(errors, 'utf8')).split('\r\n')).toEqual(['row,column,value,message', ...expected, '']);
    const { rows } = await app.db.query<{ count: number }>('SELECT count(*) AS count FROM jobs');
    expect(rows[0]!.count).toBe(0);
  });

  it('that are all good are checked, stored and made a job in little memory', async () => {
    const file = await aFile('good.csv', 100_000);
    const args = ['jobs', 'create', file, ...target, '--yes', '--json'];
    const { exitCode, ...answer } = await runCli(args, { env: environment(), timeout: 30_000 });
    expect({ exitCode, count: answer.json().result.job.notification_count }).toEqual({ exitCode: 0, count: 100_000 });
  });
});

describe('a run that is cut off', () => {
  it.each(['SIGINT', 'SIGKILL'] as const)(
    'by %s goes on with --resume, and stores each row once',
    async (signal) => {
      const total = 8000;
      const file = await aFile(`${signal}.csv`, total);
      const cli = await startCli(['jobs', 'process', file, ...target, '--yes'], { env: environment() });
      const jobId = await waitFor(
        async () => {
          const { rows } = await app.db.query<{ id: string }>({
            text: 'SELECT id FROM jobs WHERE original_file_name = $1 AND rows_handed_on > 0',
            values: [`${signal}.csv`],
          });
          return rows[0]?.id;
        },
        { what: 'the first rows to be stored', timeout: 40_000 },
      );
      const ended = await cli.kill(signal);
      expect(ended.exitCode === 130 || ended.signal === signal).toBe(true);
      if (signal === 'SIGINT') expect(ended.stderr).toContain(`notify jobs process --resume ${jobId}\n`);
      const before = await storedRows(jobId);
      expect(before).toBeGreaterThan(0);
      expect(before).toBeLessThan(total);

      const resumed = await runCommand(['jobs', 'process', '--resume', jobId, '--json'], { env: environment() });
      expect({ exitCode: resumed.exitCode, result: resumed.json().result }).toMatchObject({
        exitCode: 0,
        result: { job: { job_status: 'finished' }, run: { stored: total, waiting: total } },
      });
      expect(await storedRows(jobId)).toBe(total);
    },
    90_000,
  );
});
