import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** The metrics of a process; names are `notify_<noun>_<unit>` and may only grow. */
export interface Metrics {
  readonly registry: Registry;
  readonly httpRequestSeconds: Histogram<'method' | 'route' | 'status'>;
  readonly notificationsAccepted: Counter<'type' | 'key_type'>;
  readonly taskRuns: Counter<'task' | 'outcome'>;
  readonly receipts: Counter<'outcome'>;
  readonly queueJobs: Gauge<'queue' | 'state'>;
  readonly queueOldestDueSeconds: Gauge<'queue'>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'notify_' });
  const registers = [registry];
  return {
    registry,
    httpRequestSeconds: new Histogram({
      name: 'notify_http_request_seconds',
      help: 'Time to answer a request, by route and status',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    notificationsAccepted: new Counter({
      name: 'notify_notifications_accepted_total',
      help: 'Messages accepted and stored',
      labelNames: ['type', 'key_type'],
      registers,
    }),
    taskRuns: new Counter({
      name: 'notify_task_runs_total',
      help: 'Finished runs of tasks: done, retried, exhausted or crashed',
      labelNames: ['task', 'outcome'],
      registers,
    }),
    receipts: new Counter({
      name: 'notify_receipts_total',
      help: 'Receipts: recorded, duplicate, unknown or ignored',
      labelNames: ['outcome'],
      registers,
    }),
    queueJobs: new Gauge({
      name: 'notify_queue_jobs',
      help: 'Jobs in a queue: ready, delayed or active',
      labelNames: ['queue', 'state'],
      registers,
    }),
    queueOldestDueSeconds: new Gauge({
      name: 'notify_queue_oldest_due_seconds',
      help: 'How long the oldest runnable job of a queue has waited',
      labelNames: ['queue'],
      registers,
    }),
  };
}
