import { createClamdScanner } from './antivirus/clamd-scanner.ts';
import type { VirusScanner } from './antivirus/virus-scanner.ts';
import { createBoss, createJobQueue, type Boss, type JobQueue } from './queue/job-queue.ts';
import type { Config } from './config/schema.ts';
import { readSecretKeys } from './config/read-secret-keys.ts';
import { systemClock, type Clock } from './core/clock.ts';
import { createIds, type Ids } from './core/ids.ts';
import { createRedis, type Redis } from './cache/redis.ts';
import { createPriceList, type PriceList } from './billing/price-list.ts';
import { createBroadcastTransport } from './broadcasts/create-broadcast-transport.ts';
import type { BroadcastTransport } from './broadcasts/transport.ts';
import { createServiceCache, type ServiceCache } from './cache/service-cache.ts';
import { watchServices } from './cache/watch-services.ts';
import { createSecretBox, type SecretBox } from './core/secret-box.ts';
import { openDatabase, type Database, type DatabaseOptions } from './db/database.ts';
import { locateDatabase, type LocatedDatabase } from './db/locate-database.ts';
import { assertSchemaCurrent, readSchemaStatus } from './db/schema-status.ts';
import { createJobOutcomes, type JobOutcomes } from './jobs/job-outcomes.ts';
import { createLimits } from './limits/create-limits.ts';
import type { Limits } from './limits/limits.ts';
import { createDestinationRules } from './net/destination-rules.ts';
import { createGuardedFetch, type GuardedFetch } from './net/guarded-fetch.ts';
import { createLetterPrinter, type LetterPrinter } from './letters/pdf/letter-printer.ts';
import { createLetterSanitiser, type LetterSanitiser } from './letters/sanitise/letter-sanitiser.ts';
import { createPdfNormaliser, type PdfNormaliser } from './letters/sanitise/pdf-normaliser.ts';
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
import { timeStatements } from './observability/time-statements.ts';
import { createPrintApi } from './print-runs/create-print-api.ts';
import { createPrintDestination } from './print-runs/create-print-destination.ts';
import type { PrintApi } from './print-runs/print-api.ts';
import type { PrintDestination } from './print-runs/print-destination.ts';
import { createProviderRegistry } from './providers/create-provider-registry.ts';
import type { ProviderRegistry } from './providers/provider.ts';
import { createProviderRows, type ProviderRows } from './providers/provider-rows.ts';
import { createSendErrors, type SendErrors } from './providers/send-errors.ts';
import { fetchSns, type SnsFetch } from './receipts/fetch-sns.ts';
import { createEnqueuer, type Enqueuer } from './queue/enqueuer.ts';
import { createJobClaims, type JobClaims } from './queue/job-claims.ts';
import { createScheduler, type Scheduler } from './queue/scheduler.ts';
import { createReceiptMoves, type ReceiptMoves } from './receipts/receipt-moves.ts';
import { createSnsVerifier, type SnsVerifier } from './receipts/sns-verifier.ts';
import { schemaSteps } from './schema-steps.ts';
import { createObjectStore } from './storage/create-object-store.ts';
import type { ObjectStore } from './storage/object-store.ts';
import { createUsageWriter, noUsageWriter, type UsageWriter } from './usage/usage-writer.ts';

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
  /** How workers take jobs. */
  readonly claims: JobClaims;
  /** Fires scheduled tasks, once it is started. */
  readonly scheduler: Scheduler;
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
  /** The way of emergency broadcasts to the networks. */
  readonly broadcastTransport: BroadcastTransport;
  readonly providerRows: ProviderRows;
  readonly sendErrors: SendErrors;
  readonly sns: SnsVerifier;
  /** Requests to URLs that services chose. */
  readonly guardedFetch: GuardedFetch;
  readonly limits: Limits;
  /** Adds stored messages to the usage of their templates. */
  readonly usage: UsageWriter;
  /** Null: the process does without. */
  readonly redis: Redis | null;
  /** Statistics of jobs that are over. */
  readonly jobOutcomes: JobOutcomes;
  readonly storage: ObjectStore;
  /** Makes PDFs of letters on a thread of its own, which starts with the first. */
  readonly letterPrinter: LetterPrinter;
  readonly letterSanitiser: LetterSanitiser;
  /** Null: files are not scanned. */
  readonly virusScanner: VirusScanner | null;
  /** Null: PDFs that were sent keep their colours and fonts. */
  readonly pdfNormaliser: PdfNormaliser | null;
  /** Where zips of letters go. */
  readonly printDestination: PrintDestination;
  /** The print provider that gets letters one by one. Null: they go in zips. */
  readonly printApi: PrintApi | null;
  /** What messages cost. */
  readonly prices: PriceList;
  readonly emailDomain: string;
  /** Something that was started on the app: it is let go of before all that the app made. */
  onClose(release: () => Promise<unknown>): void;
  /** Finishes what runs, then lets go of everything, in the reverse order of its making. */
  close(): Promise<void>;
}

export interface AppOptions {
  readonly logger: Logger;
  /** Name of the process in pg_stat_activity and logs. */
  readonly name: string;
  /** Looks after dead workers and finished jobs. */
  readonly supervise?: boolean;
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

    const metrics = createMetrics();
    const { statsdHost, statsdPort, statsdPrefix } = config;
    const isMeasured = options.remember === true && statsdHost !== null;
    const statsd = isMeasured
      ? await createStatsd({ host: statsdHost, port: statsdPort, prefix: statsdPrefix, logger })
      : noStatsd;
    releasers.push(() => statsd.close());
    const telemetry = createTelemetry({ metrics, statsd });
    const open = (databaseOptions: DatabaseOptions): Database => {
      const opened = openDatabase(databaseOptions);
      return isMeasured ? timeStatements(opened, (statement) => telemetry.statementRan(statement)) : opened;
    };

    const onIdleError = (error: Error): void => logger.warn({ err: error }, 'An idle database connection was lost');
    const db = open({
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
    const letterPrinter = createLetterPrinter();
    releasers.push(() => letterPrinter.close());
    const letterSanitiser = createLetterSanitiser();
    releasers.push(() => letterSanitiser.close());

    const printDestination = createPrintDestination(config);
    releasers.push(() => printDestination.close());
    const printApi = createPrintApi(config, { secretBox, clock });
    releasers.push(async () => printApi?.close());

    const redis = config.redisUrl === null ? null : createAppRedis(config.redisUrl, { logger, metrics });
    if (redis !== null) releasers.push(() => redis.close());
    // Commands end before copies of counters would be of use to them: the counter rows are what they change.
    const copies = options.remember === true ? redis : null;
    const limits = createLimits(
      { db, clock, redis: copies },
      {
        rateLimited: config.apiRateLimitEnabled === 'true',
        onRateCheck: (seconds) => metrics.rateLimitCheckSeconds.observe({ algorithm: 'token_bucket' }, seconds),
      },
    );
    releasers.push(() => limits.close());
    // A process that ends soon waits for Redis; one that stays has connected long before its first message.
    void copies?.call('PING');
    const usage = redis === null ? noUsageWriter : createUsageWriter({ db, redis: copies ?? redis.required });
    releasers.push(() => usage.close());

    const ids = createIds();
    const providers = await createProviderRegistry(config, { db, clock, ids, watch: { telemetry, logger } });
    // Before the queue, which is closed first: its last jobs still send.
    releasers.push(() => closeProviders(providers));
    const broadcastTransport = await createBroadcastTransport(config, { clock });
    releasers.push(() => broadcastTransport.close());
    const guardedFetch = createGuardedFetch(createDestinationRules(config.callbackAllowedHosts));
    releasers.push(() => guardedFetch.close());

    const isWorker = options.supervise === true;
    const boss = createBoss({
      url: located.url,
      poolSize: 2,
      applicationName: `${name} queue`,
      supervise: isWorker,
      onError: (error) => logger.warn({ err: error }, 'The queue had a problem'),
    });
    await boss.start();
    releasers.push(() => boss.stop({ graceful: true, timeout: config.shutdownGrace * 1000 }));
    const queue = createJobQueue({ ids });
    const claims = createJobClaims({ boss, url: located.url, applicationName: `${name} jobs`, onIdleError });
    releasers.push(() => claims.close());
    const scheduler = createScheduler({ db, clock, queue, logger });
    releasers.push(() => scheduler.close());
    const writing = writerOptions(config, metrics);
    const writerDb = open({
      url: located.url,
      poolSize: writing.concurrency,
      applicationName: `${name} writer`,
      planning: 'once',
      onIdleError,
    });
    releasers.push(() => writerDb.close());
    const writer = createNotificationWriter({ db: writerDb, queue, secretBox, limits, usage }, writing);
    releasers.push(() => writer.drain());
    const highVolumeServices = new Set(config.highVolumeServices);

    return {
      config,
      clock,
      ids,
      random: Math.random,
      logger,
      metrics,
      telemetry,
      database: located,
      db,
      cache,
      boss,
      queue,
      claims,
      scheduler,
      secretBox,
      writer,
      records: createDeliveryRecords({ db, queue, secretBox }),
      enqueuer: createEnqueuer({ db, queue }),
      receiptMoves: createReceiptMoves({ db, cache, clock, queue, secretBox }),
      isQueueFirst: (serviceId) => config.queueFirst === 'on' || highVolumeServices.has(serviceId),
      providers,
      broadcastTransport,
      providerRows: createProviderRows({ db, clock }),
      sendErrors: createSendErrors({ db, redis, clock, ids }),
      sns: createSnsVerifier({ fetch: snsFetch, clock }),
      guardedFetch,
      limits,
      usage,
      redis,
      jobOutcomes: createJobOutcomes(copies),
      storage,
      letterPrinter,
      letterSanitiser,
      virusScanner: config.clamd === null ? null : createClamdScanner(config.clamd),
      pdfNormaliser: config.pdfNormaliser === null ? null : createPdfNormaliser(config.pdfNormaliser),
      printDestination,
      printApi,
      prices: createPriceList({ db, clock }),
      emailDomain: config.emailDomain,
      onClose: (release) => void releasers.push(release),
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
