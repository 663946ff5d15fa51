import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { databaseEnvironment } from '../support/cli.ts';
import { runCommand } from '../support/command-runner.ts';
import { temporaryFolder } from '../support/folders.ts';
import { useTestDatabase } from '../support/test-database.ts';

const database = useTestDatabase();
const templates: Record<string, string> = {};

async function create(...args: string[]): Promise<string> {
  const cli = await runCommand([...args, '--json'], { env: databaseEnvironment(database.url) });
  return cli.json().result.id as string;
}

beforeAll(async () => {
  const live = await create('services', 'create', '--name', 'Live', '--live');
  const trial = await create('services', 'create', '--name', 'Trial', '--guest', '07900900124');
  for (const [name, service] of Object.entries({ live, trial }))
    templates[name] = await create(
      ...['templates', 'create', '--service', service, '--type', 'sms'],
      ...['--name', 'Greeting', '--content', 'Hi ((name))'],
    );
});

async function check(templateId: string | undefined, csv: string) {
  const file = join(await temporaryFolder(), 'people.csv');
  await writeFile(file, csv);
  const args = ['jobs', 'check', file, '--template', templateId ?? '', '--json'];
  return runCommand(args, { env: databaseEnvironment(database.url) });
}

it('takes the content and the permissions from the database', async () => {
  const cli = await check(templates['live'], 'phone number,name\n07900900123,Jo\n+12025550104,Al');
  expect(cli.json()).toMatchObject({ status: 'ok', result: { sendable: true, placeholders: ['name'] } });
  expect(cli.exitCode).toBe(0);
});

it('knows who may be sent to in trial mode, and how often', async () => {
  const one = await check(templates['trial'], 'phone number,name\n07900900123,Jo');
  expect(one.json().result.problem).toMatchObject({ kind: 'recipients-not-allowed' });
  const guest = await check(templates['trial'], 'phone number,name\n07900900124,Jo');
  expect(guest.json().result).toMatchObject({ sendable: true });
  const many = await check(templates['trial'], `phone number,name\n${'07900900123,Jo\n'.repeat(51)}`);
  expect(many.json().result).toMatchObject({ more_rows_than_can_send: true });
});

it('says that there is no such template', async () => {
  const { exitCode } = await check('018f2f6e-7c1a-7000-8000-000000000000', 'phone number');
  expect(exitCode).toBe(5);
});
