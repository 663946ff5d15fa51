import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Check } from '../../src/lib/doctor/check.ts';
import { databaseEnvironment, type CliResult } from '../support/cli.ts';
import { runCommand } from '../support/command-runner.ts';
import { temporaryFolder } from '../support/folders.ts';
import { startTestServer, useTestApp } from '../support/test-app.ts';
import { useTestDatabase } from '../support/test-database.ts';

function statusOf(result: CliResult): Record<string, Check['status']> {
  const { status, result: found } = result.json();
  expect(status).toBe('ok');
  const { checks } = found as { checks: Check[] };
  for (const check of checks) expect(Object.keys(check)).toEqual(['name', 'status', 'message', 'hint']);
  return Object.fromEntries(checks.map((check) => [check.name, check.status]));
}

describe('doctor', () => {
  const app = useTestApp();
  const empty = useTestDatabase({ empty: true });

  it('exits 0 when nothing is wrong, warnings included', async () => {
    const answer = await runCommand(['doctor', '--json'], { env: databaseEnvironment(app.databaseUrl) });
    expect({ exitCode: answer.exitCode, stderr: answer.stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(statusOf(answer)).toMatchObject({ configuration: 'ok', schema: 'ok', scheduler: 'warning' });
  });

  it('prints a line for each check, and what to do below it', async () => {
    const { stdout } = await runCommand(['doctor'], { env: databaseEnvironment(app.databaseUrl) });
    expect(stdout).toMatch(/^ok {7}schema {11}current: \d{4}_\w+$/m);
    expect(stdout).toMatch(/^warning {2}scheduler {8}no scheduler .+\n {26}→ Run one: /m);
  });

  it('exits 1 when something is wrong', async () => {
    const answer = await runCommand(['doctor', '--json'], { env: databaseEnvironment(empty.url) });
    expect(answer.exitCode).toBe(1);
    expect(statusOf(answer)).toMatchObject({ database: 'ok', schema: 'error' });
  });

  it('exits 1 when the configuration is wrong', async () => {
    const answer = await runCommand(['doctor', '--json'], { env: { PORT: 'abc' } });
    expect(answer.exitCode).toBe(1);
    expect(statusOf(answer)).toEqual({ configuration: 'error' });
  });

  it('exits 69 when the database is down, with the other checks', async () => {
    const env = databaseEnvironment('postgres://notify:secret@127.0.0.1:1/notify');
    const answer = await runCommand(['doctor', '--json'], { env });
    expect(answer.exitCode).toBe(69);
    expect(statusOf(answer)).toMatchObject({ database: 'error', 'state-folder': 'ok', redis: 'ok' });
    expect(answer.stdout + answer.stderr).not.toContain('secret@');
  });

  it('starts an embedded database that does not run, and stops it', { timeout: 120_000 }, async () => {
    const state = ['--state-dir', join(await temporaryFolder(), 'state')];
    expect((await runCommand(['db', 'migrate', ...state])).exitCode).toBe(0);
    const answer = await runCommand(['doctor', '--json', ...state]);
    expect(answer.exitCode).toBe(0);
    expect(statusOf(answer)).toMatchObject({ database: 'ok', 'schema-drift': 'ok' });
  });
});

describe('doctor --ready', () => {
  const app = useTestApp();

  it('exits 0 when the server can serve', async () => {
    const server = await startTestServer(app);
    try {
      const { port } = new URL(server.adminUrl);
      const env = { NOTIFY_ADMIN_PORT: port, NOTIFY_ADMIN_HOST: '0.0.0.0' };
      const answer = await runCommand(['doctor', '--ready', '--json'], { env });
      expect(answer.exitCode).toBe(0);
      expect(statusOf(answer)).toEqual({ draining: 'ok', database: 'ok', schema: 'ok' });
    } finally {
      await server.close();
    }
  });

  it.each([
    ['nobody listens', '1'],
    ['the admin port is off', 'off'],
    ['the admin port is any free one', '0'],
  ])('exits 1 when %s', async (_, port) => {
    const answer = await runCommand(['doctor', '--ready', '--json'], { env: { NOTIFY_ADMIN_PORT: port } });
    expect(answer.exitCode).toBe(1);
    expect(statusOf(answer)).toEqual({ ready: 'error' });
  });
});
