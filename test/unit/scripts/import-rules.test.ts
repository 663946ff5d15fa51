import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cruiseSources, type CruisedSources } from '../../../scripts/imports/cruise-sources.ts';

const project = join(import.meta.dirname, '../../..');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'notify-imports-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Cruises a project of these files (path under `src` → imports). */
async function cruiseProject(name: string, files: Readonly<Record<string, string>>): Promise<CruisedSources> {
  const root = join(folder, name);
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, 'src', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${text}\nexport const x = 1;\n`);
  }
  copyFileSync(join(project, 'package.json'), join(root, 'package.json'));
  symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'));
  return cruiseSources(root);
}

const innocents = {
  'lib/core/ids.ts': `import { randomUUID } from 'node:crypto';`,
  'lib/db/database.ts': `import pg from 'pg'; import '../core/ids.ts';`,
  'lib/queue/job-queue.ts': `import { PgBoss } from 'pg-boss'; import type { Db } from '../db/database.ts';`,
  'lib/queue/worker.ts': `import './job-queue.ts';`,
  'lib/letters/letter.ts': '',
  'lib/letters/letter-repository.ts': `import { SQL } from 'sql-template-strings'; import '../db/database.ts'; import './letter.ts';`,
  'lib/letters/collate-letters.ts': `import './letter-repository.ts'; import type { Pool } from 'pg'; import type { Test } from 'vitest';`,
  'lib/providers/sms/webhook.ts': `import 'undici';`,
  'lib/cli/flags.ts': `import { Flags } from '@oclif/core';`,
  'lib/cli/server-module.ts': '',
  'lib/app.ts': `import './queue/job-queue.ts'; import './providers/sms/webhook.ts';`,
  'server/listen.ts': `import { fastify } from 'fastify'; import type { S } from '../lib/cli/server-module.ts';`,
  'server/routes/letters.ts': `import { collate } from '../../lib/letters/collate-letters.ts';`,
  'commands/letters/collate.ts': `import '../../lib/cli/flags.ts'; await import('../../lib/letters/collate-letters.ts');`,
  'commands/serve.ts': `await import('../server/listen.ts');`,
};

const guilty: Readonly<Record<string, readonly [imports: string, rule: string, target: string]>> = {
  'lib/core/clock.ts': [`import '../letters/letter.ts';`, 'core-imports-nothing-of-ours', 'src/lib/letters/letter.ts'],
  'lib/core/types.ts': [`import type { L } from '../app.ts';`, 'core-imports-nothing-of-ours', 'src/lib/app.ts'],
  'commands/status.ts': [`import '../server/listen.ts';`, 'commands-never-import-server', 'src/server/listen.ts'],
  'commands/doctor.ts': [
    `await import('../server/listen.ts');`,
    'commands-never-import-server',
    'src/server/listen.ts',
  ],
  'server/status.ts': [`import '../commands/serve.ts';`, 'server-never-imports-commands', 'src/commands/serve.ts'],
  'lib/letters/upload.ts': [
    `import type { S } from '../../server/listen.ts';`,
    'lib-imports-no-edge',
    'src/server/listen.ts',
  ],
  'lib/cli/start.ts': [`await import('../../commands/serve.ts');`, 'lib-imports-no-edge', 'src/commands/serve.ts'],
  'commands/letters/list.ts': [
    `import { find } from '../../lib/letters/letter-repository.ts';`,
    'edges-use-use-cases',
    'src/lib/letters/letter-repository.ts',
  ],
  'server/routes/stats.ts': [
    `export { x as y } from '../../lib/letters/letter-repository.ts';`,
    'edges-use-use-cases',
    'src/lib/letters/letter-repository.ts',
  ],
  'server/routes/send.ts': [
    `import '../../lib/queue/job-queue.ts';`,
    'edges-use-use-cases',
    'src/lib/queue/job-queue.ts',
  ],
  'commands/send.ts': [
    `import '../lib/providers/sms/webhook.ts';`,
    'edges-use-use-cases',
    'src/lib/providers/sms/webhook.ts',
  ],
  'lib/letters/query.ts': [`import pg from 'pg';`, 'only-repositories-import-pg', 'node_modules/pg/'],
  'lib/letters/sql.ts': [
    `import { SQL } from 'sql-template-strings';`,
    'only-repositories-import-pg',
    'node_modules/sql-template-strings/',
  ],
  'lib/letters/enqueue.ts': [
    `import type { PgBoss } from 'pg-boss';`,
    'only-queue-imports-pg-boss',
    'node_modules/pg-boss/',
  ],
  'lib/letters/route.ts': [
    `import type { FastifyInstance } from 'fastify';`,
    'only-server-imports-fastify',
    'node_modules/fastify/',
  ],
  'server/help.ts': [`import { Help } from '@oclif/core';`, 'only-commands-import-oclif', 'node_modules/@oclif/core/'],
  'server/table.ts': [`import '../lib/cli/flags.ts';`, 'cli-support-is-for-commands', 'src/lib/cli/flags.ts'],
  'lib/billing/bill.ts': [
    `import '../letters/letter-repository.ts';`,
    'no-repositories-of-other-domains',
    'src/lib/letters/letter-repository.ts',
  ],
  'lib/run-workers.ts': [
    `import './letters/letter-repository.ts';`,
    'no-repositories-outside-domains',
    'src/lib/letters/letter-repository.ts',
  ],
  'index.ts': [
    `export * from './lib/letters/letter-repository.ts';`,
    'no-repositories-outside-domains',
    'src/lib/letters/letter-repository.ts',
  ],
  'lib/letters/fake.ts': [`import { test } from 'vitest';`, 'only-declared-dependencies', 'node_modules/vitest/'],
  'lib/letters/missing.ts': [`import './nowhere.ts';`, 'no-unresolvable', './nowhere.ts'],
};

const texts = Object.fromEntries(Object.entries(guilty).map(([path, [imports]]) => [path, imports]));

describe('the import rules', () => {
  test('are kept by files in the layers they belong to', async () => {
    expect(await cruiseProject('innocent', innocents)).toEqual({
      violations: [],
      unseen: [],
      seen: Object.keys(innocents).length,
    });
  });

  test('find every file that breaks one, and no other', async () => {
    const { violations } = await cruiseProject('guilty', { ...innocents, ...texts });
    for (const [path, [, rule, target]] of Object.entries(guilty)) {
      const found = violations.filter((violation) => violation.includes(`: src/${path} → `));
      expect(found, path).toHaveLength(1);
      expect(found[0]!.startsWith(`${rule}: src/${path} → `), found[0]).toBe(true);
      expect(found[0]).toContain(target);
    }
    expect(violations).toHaveLength(Object.keys(guilty).length);
  });

  test('find cycles, also those of types only', async () => {
    const { violations } = await cruiseProject('cycles', {
      'lib/a/one.ts': `import './two.ts';`,
      'lib/a/two.ts': `import { x as y } from './three.ts';`,
      'lib/a/three.ts': `await import('./one.ts');`,
      'lib/b/type.ts': `import type { x as y } from './other.ts';`,
      'lib/b/other.ts': `import type { x as y } from './type.ts';`,
    });
    expect(violations).toEqual([
      'no-cycles: src/lib/a/one.ts → src/lib/a/two.ts → src/lib/a/three.ts → src/lib/a/one.ts',
      'no-cycles: src/lib/b/other.ts → src/lib/b/type.ts → src/lib/b/other.ts',
    ]);
  });
});
