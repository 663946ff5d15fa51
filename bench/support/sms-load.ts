import { BenchError, type BenchContext } from './bench.ts';
import type { BenchService } from './bench-service.ts';
import { benchRecipient, type LoadPlan, type LoadResult } from './load-plan.ts';
import type { SampleMessage } from './pgbench-script.ts';
import { cpuSeconds } from './process-usage.ts';
import type { Serve } from './program.ts';
import { runLoad } from './run-load.ts';
import { signToken } from './token.ts';

/** Connections of every load. */
export const connections = 64;
const maxRequests = 1_000_000;

/** What a load saw, and the processor time of the server for each request. */
export type Measured = LoadResult & { readonly serverCpuUs: number };
/** What a load does. */
export type Work = Pick<LoadPlan, 'method' | 'paths' | 'body' | 'expectedStatus' | 'seconds' | 'offeredPerSecond'>;

/** Puts a server under load. */
export function loader(context: BenchContext, serve: Serve, service: BenchService): (work: Work) => Promise<Measured> {
  return async (work) => {
    const cpuBefore = (await cpuSeconds(serve.pid)) ?? 0;
    const result = await runLoad(context, {
      ...work,
      url: serve.url,
      connections,
      warmupSeconds: 0,
      maxRequests,
      serviceId: service.id,
      secret: service.secret,
    });
    const used = ((await cpuSeconds(serve.pid)) ?? 0) - cpuBefore;
    return { ...result, serverCpuUs: (used / totalOf(result)) * 1e6 };
  };
}

/** Text messages with a recipient and a reference of their own each. */
export function post({ smsTemplateId }: BenchService): Omit<Work, 'seconds'> {
  return {
    method: 'POST',
    paths: ['/v2/notifications/sms'],
    body: smsBody(smsTemplateId, '{{recipient}}', '{{reference}}'),
    expectedStatus: 201,
  };
}

function smsBody(templateId: string, recipient: string, reference: string): string {
  return JSON.stringify({
    phone_number: recipient,
    template_id: templateId,
    personalisation: { name: 'Ann Example', day: 'Monday 4 May' },
    reference,
  });
}

/** Sends one message the way the load does. */
export async function sendOne({ url }: Serve, service: BenchService): Promise<SampleMessage> {
  const recipient = benchRecipient(0);
  const reference = 'bench-12345678';
  const response = await fetch(`${url}/v2/notifications/sms`, {
    method: 'POST',
    headers: { ...authorization(service), 'Content-Type': 'application/json' },
    body: smsBody(service.smsTemplateId, recipient, reference),
  });
  const answer = (await response.json()) as { id: string };
  if (response.status !== 201) throw new BenchError(1, `The first message was refused: ${JSON.stringify(answer)}`);
  return { id: answer.id, recipient, reference };
}

/** The header of a live key. */
export function authorization({ id, secret }: BenchService): { Authorization: string } {
  return { Authorization: `Bearer ${signToken(id, secret, Date.now())}` };
}

/** All answers of a load. */
export function totalOf({ statuses }: LoadResult): number {
  return Object.values(statuses).reduce((sum, count) => sum + count, 0);
}
