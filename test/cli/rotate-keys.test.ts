import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openEmbeddedDatabase } from '../../src/lib/db/embedded/embedded-database.ts';
import { anApiKey, aService } from '../support/builders.ts';
import { databaseEnvironment, type CliResult } from '../support/cli.ts';
import { runCommand } from '../support/command-runner.ts';
import { temporaryFolder } from '../support/folders.ts';
import { testSecretKeys } from '../support/secret-keys.ts';
import { useTestApps, type TestApp } from '../support/test-app.ts';

const anApp = useTestApps();
const newKey = `new1:${Buffer.alloc(32, 9).toString('base64')}`;

function rotateKeys(app: TestApp, keys: string, ...flags: readonly string[]): Promise<CliResult> {
  const env = { ...databaseEnvironment(app.databaseUrl), NOTIFY_SECRET_KEYS: keys };
  return runCommand(['config', 'rotate-keys', ...flags], { env });
}

describe('config rotate-keys', () => {
  it('shows what it would do, asks, does it, and finds it done', async () => {
    const app = await anApp();
    await anApiKey(app, (await aService(app)).id);
    const keys = `${newKey},${testSecretKeys}`;

    const plan = await rotateKeys(app, keys, '--dry-run', '--json');
    expect({ exitCode: plan.exitCode, ...plan.json() }).toMatchObject({
      exitCode: 0,
      status: 'planned',
      result: { current_key: 'new1', new_key: null, remaining: { test1: 2 }, dry_run: true },
    });

    const unconfirmed = await rotateKeys(app, keys, '--json');
    expect(unconfirmed.exitCode).toBe(4);
    expect(unconfirmed.json().error).toMatchObject({ code: 'CONFIRMATION_NEEDED' });

    const { exitCode, stdout, stderr } = await rotateKeys(app, keys, '--yes');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^api_keys\.secret +1 with test1 +1$/m);
    expect(stdout).toContain('Left under older keys: None');

    const again = await rotateKeys(app, newKey, '--yes');
    expect({ exitCode: again.exitCode, stdout: again.stdout }).toEqual({
      exitCode: 0,
      stdout: "All stored secrets are encrypted with 'new1'.\n",
    });
  });

  it('exits 3 when a key is missing, and says which', async () => {
    const app = await anApp();
    await anApiKey(app, (await aService(app)).id);
    const answer = await rotateKeys(app, newKey, '--yes', '--json');
    expect({ exitCode: answer.exitCode, ...answer.json() }).toMatchObject({
      exitCode: 3,
      status: 'partial',
      result: { remaining: { test1: 2 } },
      warnings: [expect.stringContaining('test1')],
    });
  });

  it('makes no key where keys are configured', async () => {
    const answer = await rotateKeys(await anApp(), testSecretKeys, '--new-key', '--yes', '--json');
    expect(answer.exitCode).toBe(4);
    expect(answer.json().error).toMatchObject({
      code: 'REFUSED',
      hint: expect.stringContaining('NOTIFY_SECRET_KEYS') as unknown,
    });
  });

  it('makes a new key for an embedded database that nobody else uses', { timeout: 120_000 }, async () => {
    const stateDir = join(await temporaryFolder(), 'state');
    const service = await runCommand(['services', 'create', '--name', 'Library', '--json', '--state-dir', stateDir]);
    const { id } = service.json().result as { id: string };
    const create = ['api-keys', 'create', '--service', id, '--name', 'Key', '--type', 'test', '--state-dir', stateDir];
    expect((await runCommand(create)).exitCode).toBe(0);

    const rotate = ['config', 'rotate-keys', '--new-key', '--yes', '--json', '--state-dir', stateDir];
    const other = await openEmbeddedDatabase({ stateDir });
    const refused = await runCommand(rotate);
    expect(refused.exitCode).toBe(4);
    expect(refused.json().error).toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('1 other') as unknown,
    });
    await other.release();

    const answer = await runCommand(rotate);
    expect({ exitCode: answer.exitCode, ...answer.json() }).toMatchObject({
      exitCode: 0,
      status: 'ok',
      result: { current_key: 'local2', new_key: 'local2', remaining: {}, dry_run: false },
    });
    expect(await readFile(join(stateDir, 'secret-keys'), 'utf8')).toMatch(/^local2:\S+,local1:\S+\n$/);
  });
});
