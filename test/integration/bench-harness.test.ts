import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { AnswerReader } from '../../bench/support/answer-reader.ts';
import type { BenchDatabase } from '../../bench/support/bench-server.ts';
import { createBenchService } from '../../bench/support/bench-service.ts';
import { assertFreeDisk } from '../../bench/support/free-disk.ts';
import { interleave } from '../../bench/support/interleave.ts';
import type { LoadPlan } from '../../bench/support/load-plan.ts';
import { writePgbenchScript } from '../../bench/support/pgbench-script.ts';
import { cpuSeconds, peakMemoryMb } from '../../bench/support/process-usage.ts';
import { formatReport, roundFigure, type Report } from '../../bench/support/report.ts';
import { runLoad } from '../../bench/support/run-load.ts';
import { median, medianOf, percentile } from '../../bench/support/statistics.ts';
import { decodeToken, hasSignature } from '../../src/lib/api-keys/json-web-token.ts';
import { sendOne } from '../../src/lib/notifications/send-one.ts';
import { useTestApp } from '../support/test-app.ts';

describe('statistics', () => {
  it.each([
    [[5], 5],
    [[3, 1, 2], 2],
    [[10, 9, 100, 1], 9.5],
  ])('median of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it.each([
    [50, 50],
    [99, 99],
    [99.5, 100],
    [100, 100],
    [0.1, 1],
  ])('percentile %d of 1 to 100 is %d', (percent, expected) => {
    const shuffled = Array.from({ length: 100 }, (_, index) => ((index * 37) % 100) + 1);
    expect(percentile(shuffled, percent)).toBe(expected);
  });

  it('has no statistic of no values', () => {
    expect(() => median([])).toThrow(RangeError);
    expect(() => percentile([], 99)).toThrow(RangeError);
  });

  it('takes the median of a field', () => {
    expect(medianOf([{ rate: 3 }, { rate: 1 }, { rate: 2 }], ({ rate }) => rate)).toBe(2);
  });
});

it('interleave takes measures in turns and keeps their samples apart', async () => {
  const order: string[] = [];
  const samples = await interleave(
    3,
    { a: async (round) => round * 10, b: async (round) => `b${round}` },
    (name, round) => order.push(`${name}${round}`),
  );
  expect(order).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'b3']);
  expect(samples).toEqual({ a: [10, 20, 30], b: ['b1', 'b2', 'b3'] });
});

it.each([
  [26_012.34, 26_012],
  [3.14159, 3.14],
  [0.012345, 0.0123],
])('shows %d as %d', (value, shown) => {
  expect(roundFigure(value)).toBe(shown);
});

it('refuses to begin without enough free disk, with exit status 69', async () => {
  await expect(assertFreeDisk(import.meta.dirname, 1)).resolves.toBeUndefined();
  await expect(assertFreeDisk(import.meta.dirname, 1e18)).rejects.toMatchObject({
    exitCode: 69,
    message: expect.stringMatching(/free and this needs 931322574\.6 GB/) as string,
  });
});

it.runIf(process.platform === 'linux')('reads peak memory and processor time of a process', async () => {
  expect(await peakMemoryMb(process.pid)).toBeGreaterThan(20);
  expect(await cpuSeconds(process.pid)).toBeGreaterThan(0);
  expect(await peakMemoryMb(2 ** 30)).toBeNull();
});

describe('AnswerReader', () => {
  const first = 'HTTP/1.1 201 Created\r\ncontent-length: 5\r\n\r\nhello';

  it('reads an answer however it is cut', () => {
    for (let cut = 1; cut < first.length; cut += 1) {
      const reader = new AnswerReader();
      expect(reader.push(Buffer.from(first.slice(0, cut)))).toBeNull();
      const answer = reader.push(Buffer.from(first.slice(cut)));
      expect([answer?.status, answer?.body.toString()]).toEqual([201, 'hello']);
    }
  });

  it('reads one answer after the other', () => {
    const reader = new AnswerReader();
    expect(reader.push(Buffer.from(first))?.status).toBe(201);
    expect(reader.push(Buffer.from('HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n'))?.status).toBe(204);
  });

  it.each(['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', `${first}HTTP/1.1`])(
    'does not guess: %j',
    (bytes) => {
      expect(() => new AnswerReader().push(Buffer.from(bytes))).toThrow();
    },
  );
});

describe('the load generator', () => {
  const secret = '11111111-2222-4333-8444-555555555555';
  const plan: Omit<LoadPlan, 'url'> = {
    connections: 8,
    warmupSeconds: 0,
    seconds: 5,
    maxRequests: 200,
    serviceId: '018f2f6e-7c1a-7000-8000-000000000000',
    secret,
    method: 'POST',
    paths: ['/a', '/b'],
    body: '{"to":"{{recipient}}","reference":"{{reference}}"}',
    expectedStatus: 201,
  };

  it('sends as many requests as it may, signed and each another', async () => {
    const seen: { path: string; token: string; body: { to: string; reference: string } }[] = [];
    const result = await underLoad(plan, async (request, response) => {
      seen.push({
        path: request.url!,
        token: request.headers.authorization!.slice('Bearer '.length),
        body: JSON.parse(await text(request)) as { to: string; reference: string },
      });
      response.writeHead(201, { 'Content-Length': 2 }).end('{}');
    });
    expect(seen).toHaveLength(200);
    expect(result).toMatchObject({ requests: 200, statuses: { 201: 200 }, unexpected: [], bytesPerAnswer: 2 });
    expect(result.perSecond).toBeGreaterThan(0);
    expect(result.p99Ms).toBeGreaterThanOrEqual(result.p50Ms);
    expect(new Set(seen.map(({ path }) => path))).toEqual(new Set(['/a', '/b']));
    expect(new Set(seen.map(({ body }) => body.reference)).size).toBe(200);
    expect(seen.every(({ body }) => /^07700900[3-8]\d\d$/.test(body.to))).toBe(true);
    expect(seen.every(({ token }) => hasSignature(decodeToken(token)!, secret))).toBe(true);
  });

  it('fails when one answer is not the expected one', async () => {
    let count = 0;
    const answer: RequestListener = (_request, response) => {
      count += 1;
      response.writeHead(count === 50 ? 500 : 201, { 'Content-Length': 4 }).end('oops');
    };
    await expect(underLoad(plan, answer)).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(/\{"201":199,"500":1\}\n500 oops/) as string,
    });
  });
});

describe('the pgbench script', () => {
  const app = useTestApp();

  it('fills the columns that the product fills, with other values in every row', async () => {
    const query: BenchDatabase['query'] = async <Row>(statement: string, values: unknown[] = []) =>
      (await app.db.query({ text: statement, values })).rows as Row[];
    const database: BenchDatabase = {
      url: app.databaseUrl,
      query,
      empty: async () => undefined,
      settle: async () => undefined,
    };
    const { smsTemplateId } = await createBenchService(database);
    const sample = { recipient: '07700900300', reference: 'bench-12345678' };
    const { id } = await sendOne(app, {
      templateId: smsTemplateId,
      to: sample.recipient,
      personalisation: { name: 'Ann', day: 'Monday' },
      clientReference: sample.reference,
      senderId: null,
    });

    const script = await writePgbenchScript(database, { id, ...sample });
    const statement = script.slice(script.indexOf('WITH'));
    for (const number of [301, 302])
      await query(statement.replaceAll(':number', `${number}`).replaceAll(':reference', `${10_000_000 + number}`));

    const rows = await query<{ notification: Stored; job: Stored }>(
      `SELECT to_jsonb(n) AS notification, to_jsonb(j) AS job FROM notifications n
       JOIN pgboss.job_common j ON j.data->'args'->>'notificationId' = n.id::text ORDER BY n."to"`,
    );
    expect(rows).toHaveLength(3);
    const [made, ...copies] = rows;
    for (const copy of copies) {
      expect(filledColumns(copy.notification)).toEqual(filledColumns(made!.notification));
      expect(filledColumns(copy.job)).toEqual(filledColumns(made!.job));
      expect(copy.job['singleton_key']).toBe(`deliver_sms:${copy.notification['id'] as string}`);
      expect(copy.job['name']).toBe('send-sms');
    }
    expect(rows.map(({ notification: { to, normalised_to } }) => [to, normalised_to])).toEqual([
      ['07700900300', '447700900300'],
      ['07700900301', '447700900301'],
      ['07700900302', '447700900302'],
    ]);
    expect(copies[1]!.notification['client_reference']).toBe('bench-10000302');
  });
});

describe.concurrent('npm run bench', () => {
  it('lists the benches', async () => {
    const { code, stdout } = await runBench([]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Benches:\n[^]* accept [^]* start /);
  });

  it.each([
    [['nonsense'], /There is no bench 'nonsense'\nBenches:[^]* start /],
    [['start', '--scale', '0'], /--scale/],
    [['start', '--rounds', '1.5'], /--rounds/],
  ])('%j is a usage error', async (args, message) => {
    const { code, stdout, stderr } = await runBench(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('start --json prints one document', { timeout: 120_000 }, async () => {
    const { code, stdout, stderr } = await runBench(['start', '--scale', '0.1', '--rounds', '1', '--json']);
    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout) as Report;
    const positive = expect.toSatisfy((value: unknown) => typeof value === 'number' && value > 0) as number;
    expect(report).toEqual({
      bench: 'start',
      figures: {
        node_ms: positive,
        help_ms: positive,
        help_first_ms: positive,
        command_ms: positive,
        command_first_ms: positive,
        ready_cold_ms: positive,
        ready_warm_ms: positive,
        ready_peak_mb: positive,
      },
      ratios: { help_vs_node: positive, command_vs_node: positive, ready_vs_node: positive },
      machine: {
        cpus: positive,
        model: expect.any(String) as string,
        memory_gb: positive,
        kernel: expect.any(String) as string,
        node: process.versions.node,
        postgres: expect.stringMatching(/^\d+\.\d+/) as string,
        fsync: 'on',
        synchronous_commit: 'on',
        shared_buffers: expect.any(String) as string,
        load_before: expect.any(Number) as number,
        date: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
        scale: 0.1,
        rounds: 1,
      },
    });
    expect(formatReport(report)).toMatch(/^BENCH START\nnode_ms +[\d.]+\n[^]*\n\nRATIO\nhelp_vs_node /);
  });
});

type Stored = Record<string, unknown>;

function filledColumns(row: Stored): string[] {
  return Object.keys(row).filter((name) => row[name] !== null);
}

async function underLoad(
  plan: Omit<LoadPlan, 'url'>,
  answer: (...args: Parameters<RequestListener>) => unknown,
): ReturnType<typeof runLoad> {
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await using resources = new AsyncDisposableStack();
  resources.defer(() => void server.close());
  return await runLoad({ resources }, { ...plan, url: `http://127.0.0.1:${port}` });
}

async function runBench(args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const root = resolve(import.meta.dirname, '..', '..');
  const child = spawn(process.execPath, [join(root, 'bench', 'run.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await once(child, 'exit')) as [number | null];
  const [stdout, stderr] = await output;
  return { code, stdout, stderr };
}
