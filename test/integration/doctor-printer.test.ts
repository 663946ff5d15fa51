/** What the doctor says of the way to the print provider. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/lib/config/schema.ts';
import { systemClock } from '../../src/lib/core/clock.ts';
import { checkPrinter } from '../../src/lib/doctor/check-printer.ts';
import type { Check } from '../../src/lib/doctor/check.ts';
import { temporaryFolder } from '../support/folders.ts';
import { requireProgram } from '../support/programs.ts';
import { useStubPrinter } from '../support/provider-stub.ts';
import { useSftpServer } from '../support/sftp-server.ts';
import { testConfig } from '../support/test-app.ts';

function check(changes: Partial<Config>): Promise<Check[]> {
  return checkPrinter(testConfig('postgres://localhost/notify', changes), { clock: systemClock });
}

const text = (part: string): unknown => expect.stringContaining(part);

it('has nothing to say of the outbox', async () => {
  expect(await check({})).toEqual([]);
});

it.each([
  [{ printFolder: '/srv/letters', printSftpUrl: 'sftp://a:b@c' }, 'expected one of them'],
  [{ printSftpUrl: 'sftp://host/notify' }, 'names no user'],
  [{ printApiUrl: 'https://printer.example' }, 'NOTIFY_PRINT_CALLBACK_URL'],
])('names what is wrong with %j', async (changes, message) => {
  expect(await check(changes)).toMatchObject([{ name: 'print-destination', status: 'error', message: text(message) }]);
});

describe('a folder', () => {
  it('is written to, or can be made', async () => {
    const printFolder = await temporaryFolder();
    expect(await check({ printFolder })).toMatchObject([{ status: 'ok', message: `${printFolder} can be written` }]);
    const deeper = join(printFolder, 'a', 'b');
    expect(await check({ printFolder: deeper })).toMatchObject([{ status: 'ok', message: text('can be made') }]);
  });

  it('that is none is said to be', async () => {
    const printFolder = join(await temporaryFolder(), 'file');
    await writeFile(printFolder, '');
    expect(await check({ printFolder })).toMatchObject([
      { status: 'error', message: text('is no folder'), hint: text('NOTIFY_PRINT_FOLDER') },
    ]);
  });
});

describe('an API', () => {
  const printer = useStubPrinter();

  it('is logged in to', async () => {
    expect(await check(printer.config)).toMatchObject([{ status: 'ok', message: text('can be logged in to') }]);
    expect(printer.counts()).toMatchObject({ logins: 1, requests: 0 });
  });

  it('that takes no such password, or is not there, is said so', async () => {
    const wrong = await check({ ...printer.config, printApiPassword: 'very-secret' });
    expect(wrong).toMatchObject([
      { status: 'error', message: text("refuses to log in 'stub': status 401"), hint: text('NOTIFY_PRINT_API_USER') },
    ]);
    expect(JSON.stringify(wrong)).not.toContain('very-secret');
    const nowhere = await check({ ...printer.config, printApiUrl: 'http://127.0.0.1:1' });
    expect(nowhere).toMatchObject([
      { status: 'error', message: text('does not answer'), hint: text('NOTIFY_PRINT_API_URL') },
    ]);
  });
});

const sshd = requireProgram('sshd');

sshd.suite('an SFTP server', () => {
  const server = useSftpServer(sshd.path);
  const sftp = (changes: Partial<Config> = {}): Promise<Check[]> =>
    check({
      printSftpUrl: `sftp://${server.user}@127.0.0.1:${server.port}/notify`,
      printSftpKey: server.privateKey,
      printSftpHostKey: [server.hostKey],
      ...changes,
    });

  it('is logged in to', async () => {
    expect(await sftp()).toMatchObject([{ name: 'print-destination', status: 'ok', message: text('known host key') }]);
  });

  it.each([null, [`SHA256:${'A'.repeat(43)}`]])('that shows another host key than %j is not believed', async (key) => {
    expect(await sftp({ printSftpHostKey: key })).toMatchObject([
      { status: 'error', message: text(server.hostKey), hint: text('NOTIFY_PRINT_SFTP_HOST_KEY') },
    ]);
  });

  it('without the folder, with another password, or not there is said so', async () => {
    const url = `sftp://${server.user}@127.0.0.1:${server.port}`;
    const hint = text('NOTIFY_PRINT_SFTP_URL');
    expect(await sftp({ printSftpUrl: `${url}/elsewhere` })).toMatchObject([
      { status: 'error', message: text("there is no folder 'elsewhere'"), hint },
    ]);
    const printSftpUrl = `${url.replace('@', ':very-secret@')}/notify`;
    const refused = await sftp({ printSftpUrl, printSftpKey: null });
    expect(refused).toMatchObject([{ status: 'error', message: text('cannot be reached'), hint }]);
    expect(JSON.stringify(refused)).not.toContain('very-secret');
    expect(await sftp({ printSftpUrl: `sftp://${server.user}@127.0.0.1:1/notify` })).toMatchObject([
      { status: 'error', message: text('cannot be reached'), hint },
    ]);
  });
});
