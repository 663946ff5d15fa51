/** The commands for letters that come as PDFs. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { acceptPrecompiledLetter } from '../../src/lib/letters/accept-precompiled-letter.ts';
import { sanitiseLetter } from '../../src/lib/letters/sanitise-letter.ts';
import { aService, anApiKey } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { aLetterPdf } from '../support/precompiled-pdf.ts';
import { useTestApp } from '../support/test-app.ts';
import { commandsOn } from './commands-on-database.ts';

const app = useTestApp();
const { notify, expectError } = commandsOn(app);
/** The files of the test's app. */
const env = (): Record<string, string> => ({ NOTIFY_STORAGE_DIR: app.config.storageDir! });

let pdf: Buffer;
let file: string;
let letterId: string;

beforeAll(async () => {
  pdf = await aLetterPdf();
  file = join(await temporaryFolder(), 'letter.pdf');
  await writeFile(file, pdf);
  const service = await aService(app);
  const { apiKey } = await anApiKey(app, service.id);
  const content = pdf.toString('base64');
  const none = { clientReference: 'r', requestId: null, idempotentAnswer: null };
  letterId = (await acceptPrecompiledLetter(app, { service, apiKey, content, postage: 'second', ...none })).id;
});

describe('letters validate', () => {
  it('tells that a PDF can be printed, and saves what would be', async () => {
    const out = join(await temporaryFolder(), 'printed.pdf');
    const run = await notify(['letters', 'validate', file, '--out', out, '--json']);
    expect([run.exitCode, run.json().result]).toEqual([
      0,
      {
        page_count: 2,
        message: null,
        invalid_pages: null,
        recipient_address: 'Ann Example\n1 Example Street\nExampletown\nSW1A 1AA',
        file: out,
        remarks: expect.any(Array),
      },
    ]);
    expect((await readFile(out)).subarray(0, 5).toString()).toBe('%PDF-');
    expect((await notify(['letters', 'validate', file])).stdout).toMatch(/^message +can be printed$/m);
  });

  it('tells why it cannot, and what cannot be read', async () => {
    const broken = join(await temporaryFolder(), 'broken.pdf');
    await writeFile(broken, 'no PDF');
    const run = await notify(['letters', 'validate', broken, '--json']);
    expect([run.exitCode, run.json().result]).toMatchObject([1, { message: 'unable-to-read-the-file', file: null }]);
    const { stdout } = await notify(['letters', 'validate', broken]);
    expect(stdout).toMatch(/^message +unable-to-read-the-file$/m);
    expect(stdout).toMatch(/^meaning +it is no PDF, is locked with a password, /m);
    expect(stdout).toMatch(/^see +docs\/letters\.md /m);
    await expectError(['letters', 'validate', '/nonexistent.pdf'], 2, {
      code: 'USAGE_INVALID',
      message: "FILE is '/nonexistent.pdf', which does not exist: expected a file, or - for standard input",
    });
  });
});

describe('letters recreate', () => {
  it('replaces the PDF to print', async () => {
    await expectError(['letters', 'recreate', '-n', letterId, '--yes'], 4, { code: 'REFUSED' });
    await sanitiseLetter(app, { notificationId: letterId });
    const run = await notify(['letters', 'recreate', '-n', letterId, '--yes', '--json'], { env: env() });
    expect([run.exitCode, run.json().result]).toMatchObject([
      0,
      { id: letterId, problem: null, file: { area: 'letters' } },
    ]);
    const planned = await notify(['letters', 'recreate', '-n', letterId, '--dry-run'], { env: env() });
    expect(planned.stdout).toContain('would be made again: letters/');
    await expectError(['letters', 'recreate', '-n', app.ids.uuid(), '--yes'], 5, { code: 'NOT_FOUND' });
  });
});

describe('letters replay-scan-errors', () => {
  it('tells what became of each file', async () => {
    const replay = ['letters', 'replay-scan-errors', '--yes'];
    expect((await notify(replay, { env: env() })).stdout).toContain('nothing to scan again');
    await app.storage.put('letters-scan', 'ERROR/NOTIFY.NOBODY.D.2.C.20200101000000.PDF', pdf);
    const run = await notify([...replay, '--json'], { env: env() });
    expect([run.exitCode, run.json().result.files]).toEqual([
      3,
      [{ file: 'NOTIFY.NOBODY.D.2.C.20200101000000.PDF', outcome: 'unknown' }],
    ]);
    expect((await notify([...replay, '-f', 'other', '--json'], { env: env() })).exitCode).toBe(5);
  });
});
