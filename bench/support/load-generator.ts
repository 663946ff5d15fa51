/**
 * The load generator: a process of its own, so that it shares no event loop with what it measures. It writes HTTP to
 * plain sockets: on a machine with few cores, what the generator uses the server lacks, and this costs half of what the
 * cheapest client library costs.
 */
import { connect, type Socket } from 'node:net';
import { json } from 'node:stream/consumers';
import { AnswerReader } from './answer-reader.ts';
import { benchRecipient, type LoadPlan, type LoadResult } from './load-plan.ts';
import { percentile } from './statistics.ts';
import { signToken } from './token.ts';

const keptAnswers = 3;

const result = await generateLoad((await json(process.stdin)) as LoadPlan);
process.stdout.write(`${JSON.stringify(result)}\n`);

async function generateLoad(plan: LoadPlan): Promise<LoadResult> {
  const { hostname, port } = new URL(plan.url);
  if (hostname !== '127.0.0.1' && hostname !== 'localhost') throw new Error(`${plan.url} is not a local server`);
  const nextRequest = createRequests(plan, `${hostname}:${port}`);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const measureFrom = startedAt + plan.warmupSeconds * 1000;
  const measureUntil = measureFrom + plan.seconds * 1000;
  const times: number[] = [];
  const statuses: Record<string, number> = {};
  const unexpected: string[] = [];
  let sent = 0;
  let bytes = 0;
  let answers = 0;
  let lastAt = measureFrom;

  const dueTime = (n: number): number =>
    plan.offeredPerSecond === undefined ? 0 : startedAt + (n / plan.offeredPerSecond) * 1000;

  const runConnection = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: Number(port), noDelay: true });
      const reader = new AnswerReader();
      let sentAt = 0;
      let isDone = false;
      const send = (): void => {
        const dueAt = dueTime(sent);
        if (Math.max(dueAt, performance.now()) >= measureUntil || sent >= plan.maxRequests) {
          isDone = true;
          socket.end();
          resolve();
          return;
        }
        const request = nextRequest(sent);
        sent += 1;
        const wait = dueAt - performance.now();
        if (wait <= 0) write(request, dueAt);
        else setTimeout(() => write(request, dueAt), wait);
      };
      const write = (request: string, dueAt: number): void => {
        sentAt = plan.offeredPerSecond === undefined ? performance.now() : dueAt;
        socket.write(request, 'latin1');
      };
      const receive = (status: number, body: Buffer): void => {
        const now = performance.now();
        answers += 1;
        bytes += body.length;
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (status !== plan.expectedStatus && unexpected.length < keptAnswers)
          unexpected.push(`${status} ${body.toString('utf8', 0, 500)}`);
        // What was under way when the time was up is answered, but not counted.
        if (sentAt >= measureFrom && now <= measureUntil) {
          times.push(now - sentAt);
          lastAt = now;
        }
        send();
      };
      socket.on('connect', send);
      socket.on('data', (chunk) => {
        try {
          const answer = reader.push(chunk);
          if (answer !== null) receive(answer.status, answer.body);
        } catch (error) {
          socket.destroy(error as Error);
        }
      });
      socket.on('error', reject);
      socket.on('close', () => {
        if (!isDone) reject(new Error('The server closed a connection that was in use'));
      });
      giveUpOnSilence(socket);
    });

  await Promise.all(Array.from({ length: plan.connections }, runConnection));
  const cpu = process.cpuUsage(cpuBefore);
  if (times.length === 0) throw new Error('Nothing was answered in the time that is measured');
  // Shorter than planned when the number of requests was the limit.
  const seconds = sent >= plan.maxRequests ? (lastAt - measureFrom) / 1000 : plan.seconds;
  return {
    requests: times.length,
    perSecond: times.length / seconds,
    p50Ms: percentile(times, 50),
    p95Ms: percentile(times, 95),
    p99Ms: percentile(times, 99),
    maxMs: percentile(times, 100),
    statuses,
    unexpected,
    bytesPerAnswer: bytes / answers,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
  };
}

/** Makes the bytes of the n-th request. All of it is ASCII. */
function createRequests(plan: LoadPlan, host: string): (n: number) => string {
  const { method, paths, serviceId, secret, body } = plan;
  let tokenSecond = 0;
  let token = '';
  return (n) => {
    const now = Date.now();
    const second = Math.floor(now / 1000);
    if (second !== tokenSecond) {
      tokenSecond = second;
      token = signToken(serviceId, secret, now);
    }
    const head = `${method} ${paths[n % paths.length]} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n`;
    if (body === null) return `${head}\r\n`;
    const content = body.replace('{{recipient}}', benchRecipient(n)).replace('{{reference}}', benchReference(n));
    return `${head}Content-Type: application/json\r\nContent-Length: ${content.length}\r\n\r\n${content}`;
  };
}

/** As long as the ones that pgbench writes. */
function benchReference(n: number): string {
  return `bench-${10_000_000 + n}`;
}

function giveUpOnSilence(socket: Socket): void {
  socket.setTimeout(30_000, () => socket.destroy(new Error('The server was silent for 30 s')));
}
