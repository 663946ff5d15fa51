/** What is loaded to print help or to run a small command: a start must stay quick. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Plugin } from '@oclif/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { databaseEnvironment, runCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';
import { useTestDatabase } from '../support/test-database.ts';
import { projectRoot } from './manifest.ts';

const database = useTestDatabase();
let folder: string;
let hook: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  hook = join(folder, 'note-modules.mjs');
  // In the process that is looked at, before anything of the program.
  await writeFile(
    hook,
    `import { registerHooks } from 'node:module';
import { writeFileSync } from 'node:fs';
const urls = [];
registerHooks({ load: (url, context, next) => { urls.push(url); return next(url, context); } });
process.on('exit', () => writeFileSync(process.env.TEST_MODULES_FILE, JSON.stringify(urls)));
`,
  );
});

/** The modules that a command loads: our own by their path in the build, those of packages by the package's name. */
async function modulesOf(args: readonly string[]): Promise<{ own: string[]; packages: Set<string> }> {
  const file = join(folder, `${args.join('-').replaceAll(/[^a-z-]/g, '')}.json`);
  const env = { NODE_OPTIONS: `--import=${hook}`, TEST_MODULES_FILE: file, ...databaseEnvironment(database.url) };
  const { exitCode, stderr } = await runCli(args, { env });
  expect(exitCode, stderr).toBe(0);
  const urls = JSON.parse(await readFile(file, 'utf8')) as string[];
  const found = (pattern: RegExp): string[] => urls.flatMap((url) => pattern.exec(url)?.[1] ?? []);
  return {
    own: found(/\/dist\/((?:commands|server|lib)\/.+)$/),
    packages: new Set(found(/.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//)),
  };
}

const heavy = ['pg', 'pg-boss', 'fastify', 'pino', 'prom-client', 'nodemailer', 'undici', 'node-pg-migrate', 'ora'];

describe.concurrent('the modules that are loaded', () => {
  it.each([
    [['--help']],
    [['--version']],
    [['services', '--help']],
    [['services', 'list', '--help']],
    [['serve', '--help']],
    [['help', 'db', 'migrate']],
  ])('%j needs no command and nothing heavy: the manifest is enough', async (args) => {
    const { own, packages } = await modulesOf(args);
    expect(own).toContain('lib/cli/run-program.js');
    expect(packages).toContain('@oclif/core');
    expect(own.filter((path) => !/^lib\/(cli|core)\//.test(path))).toEqual([]);
    expect(own).not.toContain('lib/cli/base-command.js');
    expect(heavy.filter((name) => packages.has(name))).toEqual([]);
  });

  it('config show needs its own command, and no database', async () => {
    const { own, packages } = await modulesOf(['config', 'show']);
    expect(own.filter((path) => path.startsWith('commands/'))).toEqual(['commands/config/show.js']);
    expect(heavy.filter((name) => packages.has(name))).toEqual([]);
  });

  it('db status and db migrate need no server and no queue workers', async () => {
    for (const verb of ['status', 'migrate']) {
      const { own, packages } = await modulesOf(['db', verb]);
      expect(own.filter((path) => path.startsWith('commands/'))).toEqual([`commands/db/${verb}.js`]);
      expect(own.filter((path) => path.startsWith('server/'))).toEqual([]);
      for (const name of ['fastify', 'nodemailer', 'prom-client', 'pino']) expect(packages).not.toContain(name);
    }
  });

  it('a command on the database needs no server', async () => {
    const { own, packages } = await modulesOf(['services', 'list']);
    expect(packages).toContain('pg');
    expect(own.filter((path) => path.startsWith('commands/'))).toEqual(['commands/services/list.js']);
    expect(own.filter((path) => path.startsWith('server/'))).toEqual([]);
    for (const name of ['fastify', 'nodemailer', 'ora']) expect(packages).not.toContain(name);
  });
});

it('the manifest is that of the built commands', async () => {
  const plugin = new Plugin({
    root: projectRoot,
    type: 'core',
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  });
  await plugin.load();
  const written = await readFile(join(projectRoot, 'oclif.manifest.json'), 'utf8');
  expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(plugin.manifest)));
});
