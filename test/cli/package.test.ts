/** The package as it is published: what it holds, and that it works where nothing else of the project is. */
import { execFile, spawn } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, type TestContext } from 'vitest';
import type { ReadyLine } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';
import { isEverythingRequired } from '../support/skip-registry.ts';
import { waitFor } from '../support/wait.ts';
import { get, getAs, sendSms } from './api-client.ts';
import { projectRoot } from './manifest.ts';

interface Packed {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

// The Node that runs the tests comes first: the machine's own may be too old.
const path = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
const networkProblems = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|ENOTCACHED|ERR_SOCKET_TIMEOUT)\b/;

let home: string;
let packed: Packed;
let tarball: string;
/** Where the package was installed; null where no registry can be reached. */
let installed: string | null = null;

async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Run> {
  const options = { cwd, env: { ...process.env, PATH: path, CI: 'true', NO_COLOR: '1', ...env }, maxBuffer: 1e8 };
  try {
    return { exitCode: 0, ...(await promisify(execFile)(program, args, options)) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { exitCode: code, stdout, stderr };
  }
}

/** The state and caches of the program in this test; npm's cache is the machine's. */
function bareHome(): Record<string, string> {
  return { HOME: home, XDG_STATE_HOME: join(home, 'state'), XDG_CACHE_HOME: join(home, 'cache'), DATABASE_URL: '' };
}

function notify(args: readonly string[]): Promise<Run> {
  return run(join(installed!, 'node_modules', '.bin', 'notify'), args, installed!, bareHome());
}

function skipWithoutRegistry({ skip }: TestContext): void {
  if (installed === null) skip('the packages cannot be downloaded here');
}

beforeAll(async () => {
  home = await temporaryFolder();
  const folder = join(home, 'packed');
  await mkdir(folder);
  // Without scripts: they would build again what other tests are running.
  const pack = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], projectRoot);
  expect(pack.exitCode, pack.stderr).toBe(0);
  [packed] = JSON.parse(pack.stdout) as [Packed];
  tarball = join(folder, packed.filename);

  const target = join(home, 'elsewhere');
  await mkdir(target);
  await writeFile(join(target, 'package.json'), '{ "name": "elsewhere", "private": true }');
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier'];
  const install = await run('npm', ['install', '--omit=dev', '--prefer-offline', ...quiet, tarball], target);
  if (install.exitCode !== 0 && networkProblems.test(install.stderr) && !isEverythingRequired()) return;
  expect(install.exitCode, install.stderr).toBe(0);
  installed = target;
}, 300_000);

describe('the tarball', () => {
  it('holds the built program, its migrations and the manifest', () => {
    const paths = packed.files.map((file) => file.path);
    for (const wanted of [
      'package.json',
      'README.md',
      'LICENSE',
      'bin/run.js',
      'oclif.manifest.json',
      'dist/lib/app.js',
      'dist/server/listen.js',
      'dist/commands/serve.js',
      'dist/commands/services/create.js',
      'migrations/0001_create_core.sql',
    ]) {
      expect(paths).toContain(wanted);
    }
  });

  it('holds all migrations', async () => {
    const migrations = (await readdir(join(projectRoot, 'migrations'))).map((file) => `migrations/${file}`);
    expect(packed.files.map((file) => file.path)).toEqual(expect.arrayContaining(migrations));
  });

  it('holds no sources, tests, benches or states of the developer', () => {
    const wanted =
      /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|oclif\.manifest\.json|bin\/run\.js|dist\/.+\.(js|d\.ts)|migrations\/\d{4}_\w+\.(sql|js)|migrations\/expected-schema\.json|docs\/.+\.md|docs\/generated\/openapi\.json)$/;
    expect(packed.files.map((file) => file.path).filter((file) => !wanted.test(file))).toEqual([]);
    expect(packed.unpackedSize).toBeLessThan(20_000_000);
  });

  it('makes the program executable', () => {
    expect(packed.files.find((file) => file.path === 'bin/run.js')!.mode & 0o111).toBe(0o111);
  });
});

describe('the installed package', () => {
  it('runs as notify and as notify-toolkit', async (context) => {
    skipWithoutRegistry(context);
    const help = await notify(['--help']);
    expect(help).toMatchObject({ exitCode: 0, stderr: '' });
    expect(help.stdout).toContain('serve ');
    const other = await run(
      join(installed!, 'node_modules', '.bin', 'notify-toolkit'),
      ['--version'],
      installed!,
      bareHome(),
    );
    expect(other.stdout).toMatch(/^notify-toolkit\/\d/);
    const npx = await run('npx', ['--offline', 'notify-toolkit', 'config', 'check', '--json'], installed!, bareHome());
    expect(npx.exitCode, npx.stderr).toBe(0);
    expect(JSON.parse(npx.stdout)).toMatchObject({ status: 'ok' });
  });

  it('refuses to make migrations: they belong to the sources', async (context) => {
    skipWithoutRegistry(context);
    const refused = await notify(['db', 'create', 'add_colours']);
    expect(refused).toMatchObject({
      exitCode: 4,
      stderr: expect.stringMatching(/^Error: Migrations are part of the program/),
    });
  });

  it('serves, delivers, and keeps its data', { timeout: 120_000 }, async (context) => {
    skipWithoutRegistry(context);
    const program = join(installed!, 'node_modules', '.bin', 'notify');
    const env = { ...process.env, PATH: path, ...bareHome(), NOTIFY_DRAIN_DELAY: '0' };
    const child = spawn(program, ['serve', '--demo', '--port', '0', '--json'], { cwd: installed!, env });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    const ended = new Promise<number | null>((resolve) => void child.once('close', resolve));
    try {
      await waitFor(() => stdout.endsWith('\n') || child.exitCode !== null, {
        timeout: 90_000,
        what: 'the ready line',
      });
      expect(stdout, stderr).toContain('"ready"');
      const { url, admin_url, demo } = (JSON.parse(stdout) as { result: ReadyLine }).result;
      const key = demo!.api_keys.normal;
      const { status, body } = await sendSms(url, { key, template: demo!.templates.sms });
      expect(status).toBe(201);
      await waitFor(async () => (await getAs(key, url, `/v2/notifications/${body.id}`)).body.status === 'delivered');
      expect((await get(admin_url, '/ready')).status).toBe(200);
      const shown = await notify(['notifications', 'show', body.id, '--rendered', '--json']);
      expect(shown.exitCode, shown.stderr).toBe(0);
      child.kill('SIGTERM');
      expect(await ended, stderr).toBe(0);
      expect(stderr).not.toMatch(/\n\s+at |"level":"error"/);
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  });
});

it('npx runs the program in the clone', async () => {
  // npx links the clone into its cache; its scripts would build again what other tests are running.
  const args = ['--offline', '--ignore-scripts', 'notify', '--version'];
  const { exitCode, stdout, stderr } = await run('npx', args, projectRoot, bareHome());
  expect(exitCode, stderr).toBe(0);
  expect(stdout).toMatch(/^notify-toolkit\/\d/);
});
