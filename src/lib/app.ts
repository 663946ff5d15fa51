import { createBoss, createJobQueue, type Boss, type JobQueue } from './queue/job-queue.ts';
import type { Config } from './config/schema.ts';
import { readSecretKeys } from './config/read-secret-keys.ts';
import { systemClock, type Clock } from './core/clock.ts';
import { createIds, type Ids } from './core/ids.ts';
import { createRedis, type Redis } from './cache/redis.ts';
import { createServiceCache, type ServiceCache } from './cache/service-cache.ts';
import { watchServices } from './cache/watch-services.ts';
import { createSecretBox, type SecretBox } from './core/secret-box.ts';
import { openDatabase, type Database } from './db/database.ts';
import { locateDatabase, type LocatedDatabase } from './db/locate-database.ts';
import { assertSchemaCurrent, readSchemaStatus } from './db/schema-status.ts';
import { createLimits } from './limits/create-limits.ts';
import type { Limits } from './limits/limits.ts';
import { createDestinationRules } from './net/destination-rules.ts';
import { createGuardedFetch, type GuardedFetch } from './net/guarded-fetch.ts';
import { createMetrics, type Metrics } from './observability/metrics.ts';
import { createDeliveryRecords, type DeliveryRecords } from './notifications/delivery-records.ts';
import {
  createNotificationWriter,
  type NotificationWriter,
  type WriterOptions,
} from './notifications/notification-writer.ts';
import type { Logger } from './observability/logger.ts';
import { createStatsd, noStatsd } from './observability/statsd.ts';
import { createTelemetry, type Telemetry } from './observability/telemetry.ts';
import { createProviderRegistry } from './providers/create-provider-registry.ts';
import type { ProviderRegistry } from './providers/provider.ts';
import { createProviderRows, type ProviderRows } from './providers/provider-rows.ts';
import { createSendErrors, type SendErrors } from './providers/send-errors.ts';
import { fetchSns, type SnsFetch } from './receipts/fetch-sns.ts';
import { createEnqueuer, type Enqueuer } from './queue/enqueuer.ts';
import { createReceiptMoves, type ReceiptMoves } from './receipts/receipt-moves.ts';
import { createSnsVerifier, type SnsVerifier } from './receipts/sns-verifier.ts';
import { schemaSteps } from './schema-steps.ts';
import { createObjectStore } from './storage/create-object-store.ts';
import type { ObjectStore } from './storage/object-store.ts';

/** Everything that use cases depend on, made once per process. A use case takes the slice it names. */
export interface App {
  readonly config: Config;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly telemetry: Telemetry;
  readonly database: Pick<LocatedDatabase, 'kind' | 'place'>;
  readonly db: Database;
  /** Settings of services, as this process remembers them. */
  readonly cache: ServiceCache;
  readonly boss: Boss;
  readonly queue: JobQueue;
  readonly secretBox: SecretBox;
  /** Stores accepted messages. */
  readonly writer: NotificationWriter;
  /** What deliveries read and note. */
  readonly records: DeliveryRecords;
  /** Queues jobs that stand on their own. */
  readonly enqueuer: Enqueuer;
  /** What receipts do to notifications. */
  readonly receiptMoves: ReceiptMoves;
  /** Whether live messages of this service are only queued when they are accepted. */
  readonly isQueueFirst: (serviceId: string) => boolean;
  readonly providers: ProviderRegistry;
  readonly providerRows: ProviderRows;
  readonly sendErrors: SendErrors;
  readonly sns: SnsVerifier;
  /** Requests to URLs that services chose. */
  readonly guardedFetch: GuardedFetch;
  readonly limits: Limits;
  readonly storage: ObjectStore;
  readonly emailDomain: string;
  /** Finishes what runs, then lets go of everything, in the reverse order of its making. */
  close(): Promise<void>;
}

export interface AppOptions {
  readonly logger: Logger;
  /** Name of the process in pg_stat_activity and logs. */
  readonly name: string;
  /** Looks after dead workers and finished jobs. */
  readonly supervise?: boolean;
  /** Fires scheduled tasks. */
  readonly schedule?: boolean;
  /** Remembers settings of services, and listens for their changes; for processes that stay. */
  readonly remember?: boolean;
  /** Lines for the operator, such as where the embedded database is. */
  readonly onNotice?: (line: string) => void;
  readonly clock?: Clock;
  /** In place of HTTPS, for what SNS asks to be fetched. */
  readonly snsFetch?: SnsFetch;
}

/**
 * The composition root: the only place where implementations are chosen.
 *
 * Migrates an embedded database by itself; refuses an external one whose schema is older or newer than the program.
 *
 * @throws AppError CONFIG_INVALID, DATABASE_UNAVAILABLE, DATABASE_UNUSABLE, SCHEMA_PENDING, SCHEMA_NEWER
 */
export async function createApp(config: Config, options: AppOptions): Promise<App> {
  const { logger, name, clock = systemClock, snsFetch = fetchSns } = options;
  const releasers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (let release = releasers.pop(); release !== undefined; release = releasers.pop()) await release();
  };
  try {
    const secretBox = createSecretBox(await readSecretKeys(config));
    const located = await locateDatabase(config, options.onNotice);
    releasers.push(() => located.release());

    const onIdleError = (error: Error): void => logger.warn({ err: error }, 'An idle database connection was lost');
    const db = openDatabase({
      url: located.url,
      poolSize: config.databasePoolSize,
      applicationName: name,
      onIdleError,
    });
    releasers.push(() => db.close());
    if (located.kind === 'embedded') await migrateIfPending(db, located.url);
    assertSchemaCurrent(await readSchemaStatus(db, schemaSteps));

    const cache = createServiceCache();
    if (options.remember === true) {
      const watch = watchServices({ url: located.url, applicationName: `${name} news`, cache, logger });
      releasers.push(() => watch.close());
    }

    const storage = createObjectStore(config);
    releasers.push(() => storage.close());

    const metrics = createMetrics();
    const { statsdHost, statsdPort, statsdPrefix } = config;
    const isMeasured = options.remember === true && statsdHost !== null;
    const statsd = isMeasured
      ? await createStatsd({ host: statsdHost, port: statsdPort, prefix: statsdPrefix, logger })
      : noStatsd;
    releasers.push(() => statsd.close());
    // Commands end before Redis would be of use to them: the counter rows are what they change.
    const redisUrl = options.remember === true ? config.redisUrl : null;
    const redis = redisUrl === null ? null : createAppRedis(redisUrl, { logger, metrics });
    if (redis !== null) releasers.push(() => redis.close());
    const limits = createLimits(
      { db, clock, redis },
      {
        rateLimited: config.apiRateLimitEnabled === 'true',
        onRateCheck: (seconds) => metrics.rateLimitCheckSeconds.observe({ algorithm: 'token_bucket' }, seconds),
      },
    );
    releasers.push(() => limits.close());

    const ids = createIds();
    const providers = await createProviderRegistry(config, { db, clock, ids, watch: { metrics, logger } });
    // Before the queue, which is closed first: its last jobs still send.
    releasers.push(() => closeProviders(providers));
    const guardedFetch = createGuardedFetch(createDestinationRules(config.callbackAllowedHosts));
    releasers.push(() => guardedFetch.close());

    const isWorker = options.supervise === true;
    const boss = createBoss({
      url: located.url,
      poolSize: isWorker ? Math.max(4, Math.ceil(config.databasePoolSize / 2)) : 2,
      applicationName: `${name} queue`,
      supervise: isWorker,
      schedule: options.schedule ?? false,
      listen: isWorker,
      onError: (error) => logger.warn({ err: error }, 'The queue had a problem'),
    });
    await boss.start();
    releasers.push(() => boss.stop({ graceful: true, timeout: config.shutdownGrace * 1000 }));
    const queue = createJobQueue(boss);
    const writing = writerOptions(config, metrics);
    const writerDb = openDatabase({
      url: located.url,
      poolSize: writing.concurrency,
      applicationName: `${name} writer`,
      planning: 'once',
      onIdleError,
    });
    releasers.push(() => writerDb.close());
    const writer = createNotificationWriter({ db: writerDb, queue, secretBox, limits }, writing);
    releasers.push(() => writer.drain());
    const highVolumeServices = new Set(config.highVolumeServices);

    return {
      config,
      clock,
      ids,
      random: Math.random,
      logger,
      metrics,
      telemetry: createTelemetry({ metrics, statsd }),
      database: located,
      db,
      cache,
      boss,
      queue,
      secretBox,
      writer,
      records: createDeliveryRecords({ db, queue, secretBox }),
      enqueuer: createEnqueuer({ db, queue }),
      receiptMoves: createReceiptMoves({ db, cache, clock, queue, secretBox }),
      isQueueFirst: (serviceId) => config.queueFirst === 'on' || highVolumeServices.has(serviceId),
      providers,
      providerRows: createProviderRows({ db, clock }),
      sendErrors: createSendErrors({ db, redis, clock, ids }),
      sns: createSnsVerifier({ fetch: snsFetch, clock }),
      guardedFetch,
      limits,
      storage,
      emailDomain: config.emailDomain,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Without batches, as many transactions at the same time as there are connections for them. */
function writerOptions(
  { acceptBatchSize, acceptMaxWaiting, databasePoolSize }: Config,
  metrics: Metrics,
): WriterOptions {
  return {
    batchSize: acceptBatchSize,
    concurrency: acceptBatchSize === 1 ? Math.max(1, databasePoolSize - 2) : sharedTransactions,
    maxWaiting: acceptMaxWaiting,
    onBatch: (size) => metrics.acceptBatchSize.observe(size),
  };
}

// More would only make the batches smaller.
const sharedTransactions = 1;

function createAppRedis(url: string, { logger, metrics }: Pick<App, 'logger' | 'metrics'>): Redis {
  return createRedis({ url, logger, onError: () => metrics.redisErrors.inc() });
}

/** The embedded database belongs to the program: it is never left behind. */
async function migrateIfPending(db: Database, url: string): Promise<void> {
  const { pending } = await readSchemaStatus(db, schemaSteps);
  if (pending.length === 0) return;
  const { migrateDatabase } = await import('./db/migrate-database.ts');
  await migrateDatabase({ url, steps: schemaSteps, waitMs: 60_000 });
}

async function closeProviders({ sms, email }: ProviderRegistry): Promise<void> {
  for (const provider of [...sms.values(), ...email.values()]) await provider.close?.();
}
