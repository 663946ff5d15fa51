import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** The metrics of a process; names are `notify_<noun>_<unit>` and may only grow. */
export interface Metrics {
  readonly registry: Registry;
  readonly httpRequestSeconds: Histogram<'method' | 'route' | 'status'>;
  readonly notificationsAccepted: Counter<'type' | 'key_type'>;
  readonly taskRuns: Counter<'task' | 'outcome'>;
  readonly taskSeconds: Histogram<'task'>;
  readonly receipts: Counter<'outcome'>;
  readonly providerReceipts: Counter<'provider' | 'status'>;
  readonly receiptElapsedSeconds: Histogram<'provider' | 'status'>;
  readonly receiptLagSeconds: Histogram<'provider'>;
  readonly receiptProblems: Counter<'provider' | 'problem'>;
  readonly complaints: Counter<'outcome'>;
  readonly receivedTexts: Counter<'provider' | 'outcome'>;
  readonly providerRequestSeconds: Histogram<'provider' | 'outcome'>;
  readonly sendSeconds: Histogram<'type' | 'key_type'>;
  readonly slowDeliveryRatio: Gauge<'provider' | 'minutes'>;
  readonly alerts: Counter<'alert'>;
  readonly acceptBatchSize: Histogram;
  readonly providerRequests: Counter<'provider' | 'outcome'>;
  readonly providerRawRequestSeconds: Histogram<'provider'>;
  readonly callbackSeconds: Histogram<'type' | 'attempt' | 'outcome'>;
  readonly broadcastSends: Counter<'provider' | 'outcome'>;
  readonly broadcastLinkTests: Counter<'provider' | 'route' | 'outcome'>;
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
    taskSeconds: new Histogram({
      name: 'notify_task_seconds',
      help: 'Time that a run of a task took',
      labelNames: ['task'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600],
      registers,
    }),
    providerRequestSeconds: new Histogram({
      name: 'notify_provider_request_seconds',
      help: 'Time that a provider took to answer: success or error',
      labelNames: ['provider', 'outcome'],
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    sendSeconds: new Histogram({
      name: 'notify_send_seconds',
      help: 'Time from accepting a message to handing it over to a provider',
      labelNames: ['type', 'key_type'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 300, 3600],
      registers,
    }),
    slowDeliveryRatio: new Gauge({
      name: 'notify_slow_delivery_ratio',
      help: 'Part of the text messages of the last 15 minutes that took so many minutes or longer; of the process that measured last',
      labelNames: ['provider', 'minutes'],
      registers,
    }),
    alerts: new Counter({
      name: 'notify_alerts_total',
      help: 'Alerts that were written to the log, by name',
      labelNames: ['alert'],
      registers,
    }),
    receipts: new Counter({
      name: 'notify_receipts_total',
      help: 'Receipts: recorded, duplicate, unknown or ignored',
      labelNames: ['outcome'],
      registers,
    }),
    providerReceipts: new Counter({
      name: 'notify_provider_receipts_total',
      help: 'Receipts that changed a message, by provider and the status they gave it',
      labelNames: ['provider', 'status'],
      registers,
    }),
    receiptElapsedSeconds: new Histogram({
      name: 'notify_receipt_elapsed_seconds',
      help: 'Time from handing a message over to the receipt that changed it',
      labelNames: ['provider', 'status'],
      buckets: [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600, 3600, 86_400],
      registers,
    }),
    receiptLagSeconds: new Histogram({
      name: 'notify_receipt_lag_seconds',
      help: 'Time from what a receipt tells to its recording, where the provider says when it was',
      labelNames: ['provider'],
      buckets: [0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600],
      registers,
    }),
    receiptProblems: new Counter({
      name: 'notify_receipt_problems_total',
      help: 'Receipts that no table explains: invalid reference, unknown status or unknown code',
      labelNames: ['provider', 'problem'],
      registers,
    }),
    complaints: new Counter({
      name: 'notify_complaints_total',
      help: 'Complaints about emails: recorded or duplicate',
      labelNames: ['outcome'],
      registers,
    }),
    receivedTexts: new Counter({
      name: 'notify_received_texts_total',
      help: 'Texts that providers handed over: stored, or refused because nobody receives them',
      labelNames: ['provider', 'outcome'],
      registers,
    }),
    acceptBatchSize: new Histogram({
      name: 'notify_accept_batch_size',
      help: 'Accepted messages that were stored in one transaction',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 250],
      registers,
    }),
    providerRequests: new Counter({
      name: 'notify_provider_requests_total',
      help: 'Messages handed to providers: success, failed (tried again) or refused (for good)',
      labelNames: ['provider', 'outcome'],
      registers,
    }),
    providerRawRequestSeconds: new Histogram({
      name: 'notify_provider_raw_request_seconds',
      help: 'Time that a provider took to answer for one message, without waiting for its limits',
      labelNames: ['provider'],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    }),
    callbackSeconds: new Histogram({
      name: 'notify_callback_seconds',
      help: 'Time that a service took to answer a callback: delivered, failed or refused (by status), timeout, connection, certificate, blocked (by address) or circuit (not asked, because it did not answer others)',
      labelNames: ['type', 'attempt', 'outcome'],
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    broadcastSends: new Counter({
      name: 'notify_broadcast_sends_total',
      help: 'Attempts to send a broadcast to a network: acknowledged, failed (tried again) or refused (not sent, an operator decides)',
      labelNames: ['provider', 'outcome'],
      registers,
    }),
    broadcastLinkTests: new Counter({
      name: 'notify_broadcast_link_tests_total',
      help: 'Link tests of a route to a network: acknowledged or failed',
      labelNames: ['provider', 'route', 'outcome'],
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
