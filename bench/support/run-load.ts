import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { BenchError, type BenchContext } from './bench.ts';
import type { LoadPlan, LoadResult } from './load-plan.ts';

/**
 * Puts a local server under load from a process of its own.
 *
 * @throws BenchError 1 unless every request was answered with the expected status
 */
export async function runLoad({ resources }: Pick<BenchContext, 'resources'>, plan: LoadPlan): Promise<LoadResult> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'load-generator.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: (plan.warmupSeconds + plan.seconds + 60) * 1000,
  });
  resources.defer(() => void child.kill('SIGKILL'));
  const output = text(child.stdout);
  child.stdin.end(JSON.stringify(plan));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new BenchError(1, `The load generator ended with ${code ?? 'a signal'}; see above`);
  const result = JSON.parse(await output) as LoadResult;
  if (result.unexpected.length > 0) {
    throw new BenchError(
      1,
      `Not every ${plan.method} ${plan.paths[0]} was answered ${plan.expectedStatus}: ${JSON.stringify(result.statuses)}\n${result.unexpected.join('\n')}`,
    );
  }
  return result;
}
