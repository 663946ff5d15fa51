/** What the program does at a terminal, and only there. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createApiKey } from '../../src/lib/api-keys/create-api-key.ts';
import { databaseEnvironment } from '../support/cli.ts';
import { requireProgram } from '../support/programs.ts';
import { useTestApp } from '../support/test-app.ts';
import { aService } from '../support/builders.ts';
import { waitFor } from '../support/wait.ts';
import { projectRoot } from './manifest.ts';

const python = requireProgram('python');
const app = useTestApp();

/** Runs the rest of the arguments on a terminal of their own; what is written to standard input is typed there. */
const runOnTerminal = `
import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))
`;

async function revokeAtTerminal(
  answer: string,
  env: Record<string, string> = {},
): Promise<{ exitCode: number; screen: string; id: string }> {
  const service = await aService(app);
  const { apiKey } = await createApiKey(app, { serviceId: service.id, name: 'Old key', keyType: 'normal' });
  const program = join(projectRoot, process.env['TEST_PROGRAM'] ?? join('bin', 'run.js'));
  const child = spawn(python.path, ['-c', runOnTerminal, process.execPath, program, 'api-keys', 'revoke', apiKey.id], {
    env: { PATH: process.env['PATH'], TERM: 'dumb', ...databaseEnvironment(app.databaseUrl), ...env },
  });
  let screen = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (screen += chunk));
  child.stdin.on('error', () => undefined);
  const ended = new Promise<number>((resolve) => void child.once('close', (code) => resolve(code ?? -1)));
  try {
    await waitFor(() => screen.includes('[y/N]') || child.exitCode !== null, { what: 'the question' });
    if (screen.includes('[y/N]')) child.stdin.write(`${answer}\n`);
    return { exitCode: await ended, screen, id: apiKey.id };
  } finally {
    child.kill('SIGKILL');
  }
}

async function isRevoked(id: string): Promise<boolean> {
  const { rows } = await app.db.query({ text: 'SELECT expiry_date FROM api_keys WHERE id = $1', values: [id] });
  return rows[0]!['expiry_date'] !== null;
}

python.suite('at a terminal', () => {
  it('revokes after a yes', async () => {
    const { exitCode, screen, id } = await revokeAtTerminal('y');
    expect(screen).toContain(`Revoke the API key ${id}? [y/N]`);
    expect(screen).toContain("Revoked 'Old key'.");
    expect(exitCode).toBe(0);
    expect(await isRevoked(id)).toBe(true);
  });

  it.each(['', 'n', 'yeah'])("does nothing after '%s'", async (answer) => {
    const { exitCode, screen, id } = await revokeAtTerminal(answer);
    expect(screen).toContain('Error: Nothing was done.');
    expect(exitCode).toBe(4);
    expect(await isRevoked(id)).toBe(false);
  });

  it('asks nothing in CI', async () => {
    const { exitCode, screen, id } = await revokeAtTerminal('y', { CI: 'true' });
    expect(screen).not.toContain('[y/N]');
    expect(screen).toContain('Repeat the command with --yes.');
    expect(exitCode).toBe(4);
    expect(await isRevoked(id)).toBe(false);
  });
});
