/** What commands say of a file that they are given and cannot read: the same everywhere, and exit status 2. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { aService, aTemplate } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { useTestApp } from '../support/test-app.ts';
import { commandsOn } from './commands-on-database.ts';

const app = useTestApp();
const { notify, expectError } = commandsOn(app);
const file = 'a file, or - for standard input';
const table = 'a file of comma or tab separated values';

let ids: { readonly service: string; readonly template: string };
let folder: string;
let present: string;

beforeAll(async () => {
  const service = await aService(app);
  ids = { service: service.id, template: (await aTemplate(app, service.id)).id };
  folder = await temporaryFolder();
  present = join(folder, 'present');
  await writeFile(present, 'x');
});

it.each<[name: string, expected: string, command: (path: string) => string[]]>([
  ['--attachment', file, (path) => ['templates', 'update', ids.template, '--attachment', path]],
  [
    '--content',
    'the file after @, a text in place of it, or - for standard input',
    (path) => [
      'templates',
      'create',
      '--service',
      ids.service,
      '--type',
      'sms',
      '--name',
      'x',
      '--content',
      `@${path}`,
    ],
  ],
  ['--letter-logo', file, (path) => ['services', 'update', ids.service, '--letter-logo', path]],
  [
    '--token-file',
    file,
    (path) => ['services', 'callbacks', 'set', ids.service, '--type', 'delivery_status', '--token-file', path],
  ],
  ['--set', file, (path) => ['services', 'guest-list', ids.service, '--set', path]],
  [
    '--areas',
    file,
    (path) => ['broadcasts', 'create', '--service', ids.service, '--template', ids.template, '--areas', path],
  ],
  ['--input', file, (path) => ['broadcasts', 'xml', '--input', path]],
  ['--sign-key', file, (path) => ['broadcasts', 'xml', '--sign-key', path, '--sign-cert', present]],
  ['--sign-cert', file, (path) => ['broadcasts', 'xml', '--sign-key', present, '--sign-cert', path]],
  ['FILE', file, (path) => ['broadcasts', 'validate', path]],
  ['FILE', file, (path) => ['letters', 'validate', path]],
  ['FILE', file, (path) => ['letters', 'returned', path, '--yes']],
  ['FILE', 'a file of responses', (path) => ['letters', 'import-responses', path]],
  ['--file', file, (path) => ['letters', 'show', '--file', path, '--out', present]],
  ['--file', file, (path) => ['users', 'invite', '--service', ids.service, '--file', path]],
  ['--file', file, (path) => ['inbound-numbers', 'import', '--provider', 'mmg', '--file', path]],
  ['--file', file, (path) => ['callbacks', 'replay', '--file', path, '--yes']],
  ['FILE', table, (path) => ['contact-lists', 'add', path, '--service', ids.service]],
  ['FILE', table, (path) => ['jobs', 'check', path, '--type', 'sms', '--content', 'x']],
  ['FILE', table, (path) => ['jobs', 'create', path, '--service', ids.service, '--template', ids.template]],
  ['FILE', table, (path) => ['jobs', 'process', path, '--service', ids.service, '--template', ids.template]],
  ['FILE', 'an export, or - for standard input', (path) => ['db', 'import', path]],
])('%s: expected %s', async (name, expected, command) => {
  for (const [path, why] of [
    [join(folder, 'none.csv'), 'which does not exist'],
    [join(present, 'below.csv'), 'which does not exist'],
    [folder, 'which is a folder'],
  ] as const) {
    await expectError(command(path), 2, {
      code: 'USAGE_INVALID',
      message: `${name} is '${path}', ${why}: expected ${expected}`,
    });
  }
});

it.each([
  ['templates', 'render'],
  ['recipients', 'validate', '--type', 'sms'],
  ['jobs', 'check'],
  ['broadcasts', 'xml'],
])('--jsonl of %s %s', async (...words) => {
  for (const [path, why] of [
    [join(folder, 'none.jsonl'), 'which does not exist'],
    [folder, 'which is a folder'],
  ] as const) {
    const { exitCode, stdout, stderr } = await notify([...words, '--jsonl', path]);
    const message = `--jsonl is '${path}', ${why}: expected ${file}`;
    expect([exitCode, stdout, stderr.split('\n', 1)[0]]).toEqual([2, '', `Error: ${message}`]);
  }
});
