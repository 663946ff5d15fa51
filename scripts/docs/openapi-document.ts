import type { App } from '../../src/lib/app.ts';
import { configSchema, type Config } from '../../src/lib/config/schema.ts';
import { systemClock } from '../../src/lib/core/clock.ts';
import { createMetrics } from '../../src/lib/observability/metrics.ts';
import { silentLogger } from '../../src/lib/observability/logger.ts';
import { buildServer } from '../../src/server/build-server.ts';

/** What a server with the default configuration answers at `/openapi.json`. */
export async function openApiDocument(): Promise<string> {
  const defaults = Object.entries(configSchema).map(([name, key]) => [name, key.default]);
  // What routes are made with; the rest is only for requests.
  const app: Partial<App> = {
    config: Object.fromEntries(defaults) as Config,
    clock: systemClock,
    logger: silentLogger,
    metrics: createMetrics(),
  };
  const server = await buildServer(app as App);
  try {
    const { body } = await server.inject('/openapi.json');
    return `${JSON.stringify(JSON.parse(body), null, 2)}\n`;
  } finally {
    await server.close();
  }
}
