import { createMetrics } from '../../src/lib/observability/metrics.ts';
import { code, page, table } from './markdown.ts';

export async function metricsPage(): Promise<string> {
  const { registry } = createMetrics();
  const own = (await registry.getMetricsAsJSON()).filter(({ name }) => !/^notify_(process|nodejs)_/.test(name));
  return page(
    'Metrics',
    'Prometheus text at `/metrics` on the admin port. Beside these, `notify_process_*` and `notify_nodejs_*` describe the process itself.',
    table(
      ['Name', 'Type', 'Meaning'],
      own.map(({ name, type, help }) => [code(name), String(type), help]),
    ),
  );
}
