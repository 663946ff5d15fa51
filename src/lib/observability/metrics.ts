import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** The metrics of a process; names are `notify_<noun>_<unit>` and may only grow. */
export interface Metrics {
  readonly registry: Registry;
  readonly httpRequestSeconds: Histogram<'method' | 'route' | 'status'>;
  readonly notificationsAccepted: Counter<'type' | 'key_type'>;
  readonly taskRuns: Counter<'task' | 'outcome'>;
  readonly receipts: Counter<'outcome'>;
  readonly acceptBatchSize: Histogram;
  readonly redisErrors: Counter;
  readonly rateLimitCheckSeconds: Histogram<'algorithm'>;
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
    acceptBatchSize: new Histogram({
      name: 'notify_accept_batch_size',
      help: 'Accepted messages that were stored in one transaction',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 250],
      registers,
    }),
    redisErrors: new Counter({
      name: 'notify_redis_errors_total',
      help: 'Failures of Redis: lost connections, refused commands, answers that came too late',
      registers,
    }),
    rateLimitCheckSeconds: new Histogram({
      // The name that dashboards of the reference know (public API sheet §13).
      name: 'redis_exceeded_rate_limit_duration_seconds',
      help: 'Time that Redis took to say whether a request is within the rate limit',
      labelNames: ['algorithm'],
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25],
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
