/** Numbers that texts can be sent to, from the command line. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { addInboundNumber } from '../../src/lib/inbound/add-inbound-number.ts';
import { listReceivedTexts } from '../../src/lib/inbound/list-received-texts.ts';
import { aService } from '../support/builders.ts';
import { databaseEnvironment, type CliResult } from '../support/cli.ts';
import { runCommand } from '../support/command-runner.ts';
import { temporaryFolder } from '../support/folders.ts';
import { useTestApp } from '../support/test-app.ts';

const app = useTestApp();
let serviceId: string;

beforeAll(async () => {
  serviceId = (await aService(app, { name: 'Library', permissions: ['inbound_sms'] })).id;
  const { id: mute } = await aService(app, { name: 'Mute', permissions: ['sms'] });
  await addInboundNumber(app, { number: '07700900101', provider: 'mmg', serviceId });
  await addInboundNumber(app, { number: '07700900102', provider: 'firetext', serviceId: mute });
  await addInboundNumber(app, { number: '07700900103', provider: 'mmg', serviceId: null });
});

function notify(...args: readonly string[]): Promise<CliResult> {
  return runCommand(['inbound-numbers', ...args], { env: databaseEnvironment(app.databaseUrl) });
}

function receive(to: string, content: string, ...more: string[]): Promise<CliResult> {
  return notify('receive', '--to', to, '--from', '+44 7900 900123', '--content', content, ...more);
}

describe('inbound-numbers receive', () => {
  it('stores a text, whatever stands in it', async () => {
    const answer = await receive('447700900101', '@home: “STOP” 📩', '--json');
    expect({ exitCode: answer.exitCode, stderr: answer.stderr }).toEqual({ exitCode: 0, stderr: '' });
    const [stored] = await listReceivedTexts(app, { serviceId, olderThan: null });
    expect(answer.json()).toEqual({
      status: 'ok',
      result: {
        id: stored!.id,
        created_at: stored!.createdAt.toISOString().replace('Z', '000Z'),
        service_id: serviceId,
        notify_number: '07700900101',
        user_number: '447900900123',
        content: '@home: “STOP” 📩',
      },
      warnings: [],
    });
    const { stdout } = await receive('07700900101', 'Again');
    expect(stdout).toMatch(new RegExp(`^id .+\\nservice +${serviceId}\\nto +07700900101\\nfrom +447900900123\\n$`));
  });

  it.each([
    ['07700900999', 5, 'NOT_FOUND', "No service receives texts at the number '07700900999'"],
    ['07700900103', 5, 'NOT_FOUND', "No service receives texts at the number '07700900103'"],
    ['07700900102', 4, 'REFUSED', "Service 'Mute' may not receive texts"],
  ])('to %s exits %i', async (number, exitCode, code, message) => {
    const answer = await receive(number, 'Hello', '--json');
    expect(answer.exitCode).toBe(exitCode);
    expect(answer.json()).toMatchObject({ status: 'error', error: { code, message } });
  });
});

describe('inbound-numbers list', () => {
  it('shows the numbers and whose they are', async () => {
    const answer = await notify('list', '--json');
    expect(answer.exitCode).toBe(0);
    expect((answer.json().result as object[]).map((number) => ({ ...number, id: '' }))).toEqual([
      { id: '', number: '07700900101', provider: 'mmg', service: { id: serviceId, name: 'Library' }, active: true },
      {
        id: '',
        number: '07700900102',
        provider: 'firetext',
        service: { id: expect.any(String) as string, name: 'Mute' },
        active: true,
      },
      { id: '', number: '07700900103', provider: 'mmg', service: null, active: true },
    ]);
    const { stdout } = await notify('list');
    expect(stdout).toMatch(/^NUMBER +PROVIDER +SERVICE +ACTIVE\n/);
    expect(stdout).toContain(`07700900101  mmg       Library (${serviceId})`);
  });
});

describe('inbound-numbers import and allocate', () => {
  it('adds the numbers of a file, once, and says which lines are none', async () => {
    const file = join(await temporaryFolder(), 'numbers.txt');
    await writeFile(file, '07700900301\r\n+44 7700 900302\nnonsense\n');
    const first = await notify('import', '--file', file, '--provider', 'mmg', '--json');
    expect({ exitCode: first.exitCode, ...first.json() }).toMatchObject({
      exitCode: 3,
      status: 'partial',
      result: [
        { number: '07700900301', outcome: 'added', problem: null },
        { number: '07700900302', outcome: 'added', problem: null },
        {
          number: 'nonsense',
          outcome: 'failed',
          problem: "'nonsense' cannot be an inbound number: expected 3 to 11 digits",
        },
      ],
    });
    const again = await notify('import', '--file', file, '--provider', 'mmg');
    expect(again.stdout).toMatch(/07700900301 +already/);
    await writeFile(file, 'nonsense');
    expect((await notify('import', '--file', file, '--provider', 'mmg')).exitCode).toBe(1);
  });

  it('gives a free number to a service', async () => {
    await addInboundNumber(app, { number: '07700900401', provider: 'mmg', serviceId: null });
    const { id } = await aService(app, { permissions: ['sms', 'inbound_sms'] });
    const answer = await notify('allocate', id, '--number', '07700900401', '--json');
    expect(answer.json()).toMatchObject({
      status: 'ok',
      result: { service_id: id, value: '07700900401', is_default: true },
    });
    expect((await receive('07700900401', 'Hello')).exitCode).toBe(0);
    expect((await notify('allocate', id)).exitCode).toBe(4);
    const { id: other } = await aService(app);
    expect((await notify('allocate', other, '--number', '07700900401')).exitCode).toBe(5);
    expect((await notify('allocate', other)).stdout).toMatch(/^07700900\d{3} is the number of the service /);
  });
});
