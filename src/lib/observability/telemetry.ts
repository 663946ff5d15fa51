import type { Metrics } from './metrics.ts';
import type { Statsd } from './statsd.ts';
import { daoCall, endpointName, taskFunction } from './statsd-names.ts';
import type { TimedStatement } from './time-statements.ts';

/** What a process tells of its work: each fact once, for Prometheus and for statsd. Nothing of it is personal. */
export interface Telemetry {
  requestAnswered(request: {
    readonly method: string;
    /** Pattern of the path. */
    readonly route: string;
    /** `operationId` of the route, where it has one. */
    readonly operation: string | undefined;
    readonly status: number;
    readonly ms: number;
  }): void;
  taskRan(run: {
    readonly task: string;
    readonly queue: string;
    readonly outcome: 'done' | 'retried' | 'exhausted' | 'crashed';
    readonly ms: number;
  }): void;
  /** A provider was given a message. */
  providerAnswered(call: { readonly provider: string; readonly succeeded: boolean; readonly ms: number }): void;
  /** A provider answered, without the waiting for its limits: it took the message, or not now, or never. */
  providerRequested(call: {
    readonly provider: string;
    readonly outcome: 'success' | 'failed' | 'refused';
    readonly ms: number;
  }): void;
  /** A statement about notifications was run. */
  statementRan(statement: TimedStatement): void;
  /** A message was handed over `ms` after it was accepted. */
  messageSent(message: {
    readonly type: 'sms' | 'email';
    readonly keyType: 'normal' | 'team' | 'test';
    readonly highVolume: boolean;
    readonly ms: number;
  }): void;
  /** A provider's receipt was accepted, `elapsedMs` after the message was handed over. */
  receiptAccepted(receipt: {
    readonly provider: string;
    readonly status: string;
    readonly elapsedMs: number | null;
    /** Country code of an international text message. */
    readonly phonePrefix: string | null;
  }): void;
  /** The part of the last quarter of an hour's text messages that took `minutes` or longer; null = there were none. */
  slowDelivery(measured: {
    /** Null for all providers together. */
    readonly provider: string | null;
    readonly minutes: number;
    readonly ratio: number | null;
  }): void;
}

export function createTelemetry({ metrics, statsd }: { metrics: Metrics; statsd: Statsd }): Telemetry {
  // As many as there are routes and statuses; looking a label set up by its values takes longer than counting.
  const requests = new Map<string, { timer: { observe(seconds: number): void }; name: string | null }>();
  const countAndTime = (name: string, ms: number): void => {
    statsd.count(name);
    statsd.timing(name, ms);
  };
  return {
    requestAnswered({ method, route, operation, status, ms }) {
      const key = `${method} ${route} ${status}`;
      let known = requests.get(key);
      if (known === undefined) {
        const endpoint = endpointName(operation);
        known = {
          timer: metrics.httpRequestSeconds.labels({ method, route, status: String(status) }),
          name: endpoint === null ? null : `${method}.${endpoint}.${status}`,
        };
        requests.set(key, known);
      }
      known.timer.observe(ms / 1000);
      if (known.name !== null) countAndTime(known.name, ms);
    },
    taskRan({ task, queue, outcome, ms }) {
      metrics.taskRuns.inc({ task, outcome });
      metrics.taskSeconds.observe({ task }, ms / 1000);
      const name = taskFunction(task);
      if (outcome === 'done') {
        countAndTime(`tasks.${name}`, ms);
        statsd.timing(`celery.${queue}.${task}.success`, ms);
      } else if (outcome === 'retried') statsd.timing(`celery.${queue}.${task}.retry`, ms);
      else statsd.count(`celery.${queue}.${task}.failure`);
    },
    providerAnswered({ provider, succeeded, ms }) {
      metrics.providerRequestSeconds.observe({ provider, outcome: succeeded ? 'success' : 'error' }, ms / 1000);
      statsd.count(`clients.${provider}.${succeeded ? 'success' : 'error'}`);
      statsd.timing(`clients.${provider}.request-time`, ms);
    },
    providerRequested({ provider, outcome, ms }) {
      metrics.providerRawRequestSeconds.observe({ provider }, ms / 1000);
      metrics.providerRequests.inc({ provider, outcome });
      statsd.timing(`clients.${provider}.raw-request-time`, ms);
    },
    statementRan(statement) {
      const call = daoCall(statement);
      if (call === null || call.count === 0) return;
      statsd.count(`dao.${call.function}`, call.count);
      statsd.timing(`dao.${call.function}`, statement.ms);
    },
    messageSent({ type, keyType, highVolume, ms }) {
      metrics.sendSeconds.observe({ type, key_type: keyType }, ms / 1000);
      if (type === 'sms') statsd.timing('sms.total-time', ms);
      if (keyType === 'test') {
        statsd.timing(`${type}.test-key.total-time`, ms);
        return;
      }
      statsd.timing(`${type}.live-key.total-time`, ms);
      statsd.timing(`${type}.live-key.${highVolume ? 'high-volume' : 'not-high-volume'}.total-time`, ms);
    },
    receiptAccepted({ provider, status, elapsedMs, phonePrefix }) {
      statsd.count(`callback.${provider}.${status}`);
      if (elapsedMs !== null) statsd.timing(`callback.${provider}.${status}.elapsed-time`, elapsedMs);
      if (phonePrefix !== null) statsd.count(`international-sms.${status}.${phonePrefix}`);
    },
    slowDelivery({ provider, minutes, ratio }) {
      const labels = { provider: provider ?? 'all', minutes: String(minutes) };
      if (ratio === null) {
        metrics.slowDeliveryRatio.remove(labels);
        return;
      }
      metrics.slowDeliveryRatio.set(labels, ratio);
      statsd.gauge(`slow-delivery.${provider ?? 'sms'}.delivered-within-minutes.${minutes}.ratio`, ratio);
    },
  };
}
