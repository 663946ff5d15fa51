/** Files that the print provider leaves on the server that zips go to (letters sheet §11). */
import { appendFile, mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { collateLetters } from '../../src/lib/print-runs/collate-letters.ts';
import { createPrintDestination } from '../../src/lib/print-runs/create-print-destination.ts';
import { deleteOldLetterZips } from '../../src/lib/print-runs/delete-old-zips.ts';
import { createFolderDestination } from '../../src/lib/print-runs/folder-destination.ts';
import { pollResponses, pollResponsesBySchedule, type PollDeps } from '../../src/lib/print-runs/poll-responses.ts';
import type { PrintDestination } from '../../src/lib/print-runs/print-destination.ts';
import { uploadZips } from '../../src/lib/print-runs/upload-zips.ts';
import { aService } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { requireProgram } from '../support/programs.ts';
import { useSftpServer } from '../support/sftp-server.ts';
import { useTestApp } from '../support/test-app.ts';
import { manyLetters, storeLetters } from '../support/waiting-letters.ts';

const app = useTestApp();
const day = new Date('2020-02-17T10:00:00Z');
let now = new Date('2020-02-18T10:00:00Z');
const clock = { now: () => now };
let serviceId: string;

beforeAll(async () => {
  ({ id: serviceId } = await aService(app));
});

beforeEach(async () => {
  now = new Date('2020-02-18T10:00:00Z');
  for (const table of ['notifications', 'letter_zips', 'letter_print_runs', 'print_response_files'])
    await app.db.query(`DELETE FROM ${table}`);
  await storeLetters(app, manyLetters(3, { serviceId, createdAt: day, status: 'sending', pdf: null }));
});

const log = createLogCapture();

function depsOn(printDestination: PrintDestination, folders: readonly string[] = ['dispatch']): PollDeps {
  const config = { ...app.config, printResponses: 'server', printResponseFolders: folders } as const;
  return { ...app, clock, config, printDestination, logger: log.logger };
}

async function statuses(): Promise<string[]> {
  const { rows } = await app.db.query<{ status: string }>(
    'SELECT notification_status AS status FROM notifications ORDER BY id',
  );
  return rows.map(({ status }) => status);
}

const lineOf = (letter: number, status = 'Sent'): string =>
  `REF${String(letter).padStart(13, '0')}|${status}|1|Unsorted\n`;
const name = 'NOTIFY-20200217230000-RSP.TXT';
const readNames = ({ responses }: Awaited<ReturnType<typeof pollResponses>>): string[] =>
  responses.map(({ file }) => file);

describe('a folder', () => {
  let root: string;
  let inbox: string;
  let deps: PollDeps;

  beforeEach(async () => {
    root = await temporaryFolder();
    inbox = join(root, 'dispatch');
    await mkdir(inbox);
    deps = depsOn(createFolderDestination(root, 'folder'));
  });

  it('has each file of responses read once, and again when it changed', async () => {
    await writeFile(join(inbox, name), lineOf(0));
    await writeFile(join(inbox, 'readme.txt'), 'something else');
    await mkdir(join(inbox, 'NOTIFY-20200217230001-RSP.TXT'));
    const first = await pollResponses(deps, { settled: false });
    expect(first.responses).toMatchObject([{ file: name, delivered: 1, unsorted: 1 }]);
    expect(await statuses()).toEqual(['delivered', 'sending', 'sending']);
    expect(readNames(await pollResponses(deps, { settled: false }))).toEqual([]);
    await appendFile(join(inbox, name), lineOf(1));
    const again = await pollResponses(deps, { settled: false });
    expect(again.responses).toMatchObject([{ file: name, delivered: 1, unchanged: 1, unsorted: 2 }]);
    await utimes(join(inbox, name), day, day);
    expect(readNames(await pollResponses(deps, { settled: false }))).toEqual([name]);
  });

  it('is looked at twice by the schedule: what is still written is left alone', async () => {
    await writeFile(join(inbox, name), lineOf(0).slice(0, 20));
    await pollResponsesBySchedule(deps);
    await appendFile(join(inbox, name), `${lineOf(0).slice(20)}${lineOf(1)}`);
    await pollResponsesBySchedule(deps);
    expect(await statuses()).toEqual(['sending', 'sending', 'sending']);
    await pollResponsesBySchedule(deps);
    expect(await statuses()).toEqual(['delivered', 'delivered', 'sending']);
  });

  it('is left alone where that is not configured', async () => {
    await writeFile(join(inbox, name), lineOf(0));
    for (const printResponses of ['off', 'storage'] as const)
      await pollResponsesBySchedule({ ...deps, config: { ...deps.config, printResponses } });
    expect((await app.db.query('SELECT FROM print_response_files')).rowCount).toBe(0);
  });

  it('has a file that cannot be read told of once, and others read', async () => {
    const odd = 'NOTIFY-20200216230000-RSP.TXT';
    await writeFile(join(inbox, odd), 'no such line');
    await writeFile(join(inbox, name), `${lineOf(0)}${lineOf(1, 'Failed')}`);
    const report = await pollResponses(deps, { settled: false });
    expect(report.refused).toEqual([{ file: odd, message: `DVLA response file: ${odd} has an invalid format` }]);
    expect(report.responses).toMatchObject([{ file: name, delivered: 1, failed: 1, problems: [expect.anything()] }]);
    expect(log.lines('error').at(-1)).toMatchObject({ alert: 'letters-response-refused', file: odd });
    expect((await pollResponses(deps, { settled: false })).refused).toEqual([]);
    await writeFile(join(inbox, odd), lineOf(2));
    expect(readNames(await pollResponses(deps, { settled: false }))).toEqual([odd]);
  });

  it('has acknowledgements noted, in more than one folder', async () => {
    await storeLetters(app, manyLetters(2, { serviceId, createdAt: day, from: 10 }));
    await collateLetters({ ...app, clock: { now: () => new Date('2020-02-17T18:00:00Z') } });
    await uploadZips({ ...app, printDestination: createFolderDestination(root, 'folder') });
    const [zip] = (await readdir(root)).filter((file) => file.endsWith('.ZIP'));
    const acks = join(root, 'acks');
    await mkdir(acks);
    await writeFile(join(acks, `${zip!.replace('.ZIP', '').toLowerCase()}.ACK.txt`), '');
    await writeFile(join(inbox, 'NOTIFY.unknown.ACK.txt'), '');
    const both = depsOn(createFolderDestination(root, 'folder'), ['dispatch', acks]);
    const report = await pollResponses(both, { settled: false });
    expect(report).toMatchObject({ acknowledgements: 2, unknownAcknowledgements: 1 });
    const { rows } = await app.db.query('SELECT acknowledged_at FROM letter_zips');
    expect(rows).toEqual([{ acknowledged_at: now }]);
    expect(await pollResponses(both, { settled: false })).toMatchObject({ acknowledgements: 0 });
  });

  it('that is not there is said to be', async () => {
    await rm(inbox, { recursive: true });
    const failed = pollResponses(deps, { settled: false });
    await expect(failed).rejects.toMatchObject({
      code: 'PRINT_FAILED',
      message: expect.stringContaining('dispatch') as unknown,
    });
  });

  it('is read by one at a time', async () => {
    await app.db.transaction(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('letters responses', 0))`);
      await expect(pollResponses(deps, { settled: false })).rejects.toMatchObject({ code: 'LOCKED' });
      await pollResponsesBySchedule(deps);
    });
  });

  it('has files forgotten that have been gone for 90 days, others not', async () => {
    await writeFile(join(inbox, name), lineOf(0));
    await writeFile(join(inbox, 'NOTIFY-20200217230001-RSP.TXT'), lineOf(1));
    await pollResponses(deps, { settled: false });
    await rm(join(inbox, name));
    const known = async (): Promise<number> => (await app.db.query('SELECT FROM print_response_files')).rowCount!;
    now = new Date('2020-05-17T10:00:00Z');
    expect(readNames(await pollResponses(deps, { settled: false }))).toEqual([]);
    await deleteOldLetterZips({ db: app.db, clock });
    expect(await known()).toBe(2);
    now = new Date('2020-05-20T10:00:00Z');
    await deleteOldLetterZips({ db: app.db, clock });
    expect(await known()).toBe(1);
    expect(readNames(await pollResponses(deps, { settled: false }))).toEqual([]);
  });
});

const sshd = requireProgram('sshd');

sshd.suite('an SFTP server', () => {
  const server = useSftpServer(sshd.path);

  it('has its files read, large and many ones, too, over a connection that breaks', async () => {
    const inbox = join(server.folder, 'dispatch');
    await mkdir(inbox);
    const destination = createPrintDestination({
      ...app.config,
      printSftpUrl: `sftp://${server.user}@127.0.0.1:${server.port}/notify`,
      printSftpKey: server.privateKey,
      printSftpHostKey: [server.hostKey],
    });
    try {
      const strangers = Array.from({ length: 5000 }, (_, index) => lineOf(1000 + index)).join('');
      await writeFile(join(inbox, name), `${lineOf(0)}${strangers}${lineOf(2)}`);
      for (let second = 10; second < 60; second += 1)
        await writeFile(join(inbox, `NOTIFY-202002172301${second}-RSP.TXT`), lineOf(1));
      const deps = depsOn(destination, ['notify/dispatch']);
      server.cutAfter(4000);
      const broken = pollResponses(deps, { settled: false });
      await expect(broken).rejects.toMatchObject({ code: 'PRINT_FAILED' });
      const report = await pollResponses(deps, { settled: false });
      expect(report.responses.at(-1)).toMatchObject({ lines: 1 });
      const { rows } = await app.db.query('SELECT count(*) FROM print_response_files WHERE read_at IS NOT NULL');
      expect(rows).toEqual([{ count: 51 }]);
      expect(await statuses()).toEqual(['delivered', 'delivered', 'delivered']);
      expect(readNames(await pollResponses(deps, { settled: false }))).toEqual([]);
      const nowhere = pollResponses(depsOn(destination, ['elsewhere']), { settled: false });
      await expect(nowhere).rejects.toMatchObject({
        code: 'PRINT_FAILED',
        message: expect.stringContaining('elsewhere') as unknown,
      });
    } finally {
      await destination.close();
    }
  });
});
