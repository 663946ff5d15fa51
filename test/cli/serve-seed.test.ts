/** `serve --seed FILE`: services, keys and templates with given ids, before the first request. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { databaseEnvironment, startServe } from '../support/cli.ts';
import { runCommand } from '../support/command-runner.ts';
import { temporaryFolder } from '../support/folders.ts';
import { useTestDatabase } from '../support/test-database.ts';
import { signToken } from '../support/token.ts';

const database = useTestDatabase();
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests change single fields of the example
let example: any;
let file: string;
beforeAll(async () => {
  const page = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'seed.md'), 'utf8');
  const [, json] = /<!-- test: example -->\s+```json\n([^]+?)```/.exec(page)!;
  example = JSON.parse(json!);
  file = join(await temporaryFolder(), 'seed.json');
  await writeFile(file, json!);
});

describe('serve --seed', () => {
  it('answers requests with the given key and template; another start changes nothing', async () => {
    const environment = databaseEnvironment(database.url);
    const [service] = example.services;
    const first = await startServe(['--seed', file], environment);
    const response = await fetch(`${first.ready.url}/v2/template/${service.templates[0].id}`, {
      headers: { authorization: `Bearer ${signToken(`CI-${service.id}-${service.api_keys[0].secret}`)}` },
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ id: service.templates[0].id, body: service.templates[0].content });
    const { exitCode, stderr } = await first.kill();
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`Seed ${file}: 11 created, 0 changed, 0 as they were\n`);

    const second = await startServe(['--seed', file], environment);
    expect((await second.kill()).stderr).toContain(`Seed ${file}: 0 created, 0 changed, 11 as they were\n`);
  });

  it('does not start with a file that is wrong or not there', async () => {
    const wrong = join(await temporaryFolder(), 'wrong.json');
    await writeFile(wrong, '{"services": [{"id": "1", "name": "x"}]}');
    const env = databaseEnvironment(database.url);
    const refused = await runCommand(['serve', '--port', '0', '--seed', wrong, '--json'], { env });
    expect(refused.exitCode).toBe(78);
    expect(refused.json()).toMatchObject({
      status: 'error',
      error: {
        code: 'CONFIG_INVALID',
        message: `${wrong}: services[0].id is "1": expected a UUID such as 018f2f6e-7c1a-7000-8000-000000000000`,
        hint: 'docs/seed.md describes the file.',
      },
    });
    const missing = await runCommand(['serve', '--port', '0', '--seed', 'nope.json', '--json'], { env });
    expect(missing.exitCode).toBe(2);
    expect(missing.json().error!.message).toBe("--seed is 'nope.json', which does not exist: expected a JSON file");
  });
});
