import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { createRedis, type Redis } from '../../src/lib/cache/redis.ts';
import { silentLogger } from '../../src/lib/observability/logger.ts';
import { BenchError, type BenchContext } from './bench.ts';

/**
 * An empty Redis for one run: `redis-server` of the PATH, stopped at the end.
 *
 * @throws BenchError 69 when there is none
 */
export async function startRedis({ folder, resources }: BenchContext): Promise<Redis> {
  const port = await freePort();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const server = spawn('redis-server', options, { stdio: 'ignore' });
  const missing = new Promise<never>((_, reject) => {
    server.once('error', () =>
      reject(new BenchError(69, 'There is no redis-server on the PATH (Debian: redis-server)')),
    );
  });
  resources.defer(() => void server.kill());
  const redis = createRedis({ url: `redis://127.0.0.1:${port}`, logger: silentLogger });
  resources.defer(() => redis.close());
  await Promise.race([missing, answer(redis)]);
  return redis;
}

async function answer(redis: Redis): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    try {
      await redis.required.call('PING');
      return;
    } catch (error) {
      if (performance.now() - startedAt > 10_000) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
