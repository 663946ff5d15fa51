import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  absolutePath,
  addressList,
  baseUrl,
  custom,
  hostList,
  idList,
  integer,
  json,
  oneOf,
  port,
  text,
  url,
  type ConfigKey,
} from './key.ts';
import type { SecretKey } from '../core/secret-box.ts';
import { broadcastKeys } from './broadcast-keys.ts';
import { letterKeys } from './letter-keys.ts';
import { printKeys } from './print-keys.ts';
import { providerKeys } from './provider-keys.ts';
import { receiptKeys } from './receipt-keys.ts';
import { parseSecretKeys } from './secret-keys.ts';

/** Secrets of a caller of the internal API: client id → its secrets. */
export type InternalClients = Readonly<Record<string, readonly string[]>>;

/** Retry delays of a task in seconds; the last one repeats up to `maxRetries`. */
export interface RetrySchedule {
  readonly maxRetries: number;
  readonly delays: readonly number[];
}

/** The one description of every configuration key. `docs/generated/config.md` is made from it. */
export const configSchema = {
  databaseUrl: url<string | null>({
    env: ['DATABASE_URL', 'NOTIFY_DATABASE_URL'],
    default: null,
    defaultText: 'the embedded database',
    protocols: ['postgres', 'postgresql'],
    secret: true,
    help: 'PostgreSQL 15 or newer. Without it, an embedded PostgreSQL keeps its data in the state folder.',
  }),
  redisUrl: url<string | null>({
    env: ['REDIS_URL', 'NOTIFY_REDIS_URL'],
    default: null,
    defaultText: 'no Redis',
    protocols: ['redis', 'rediss'],
    secret: true,
    help: 'Redis for rate limits and template usage. Everything works without it.',
  }),
  stateDir: absolutePath<string>({
    env: ['NOTIFY_STATE_DIR'],
    default: '',
    defaultText: '$XDG_STATE_HOME/notify, else ~/.local/state/notify',
    help: 'Folder of the embedded database, its keys and stored files.',
  }),
  storageDir: absolutePath<string | null>({
    env: ['NOTIFY_STORAGE_DIR'],
    default: null,
    defaultText: "'files' in the state folder",
    help: 'Folder of stored files: documents, letters, uploads. Processes on several machines share it.',
  }),
  s3Bucket: text<string | null>({
    env: ['NOTIFY_S3_BUCKET'],
    default: null,
    defaultText: 'a folder keeps stored files',
    help: "Bucket of stored files, with the credentials that AWS's tools use. Takes the place of the folder.",
  }),
  s3Endpoint: baseUrl({
    env: ['NOTIFY_S3_ENDPOINT'],
    default: null,
    defaultText: 'AWS',
    help: 'Base URL of an S3-compatible service; the bucket is then named in the path.',
  }),
  s3Region: text<string | null>({
    env: ['NOTIFY_S3_REGION'],
    default: null,
    defaultText: "as AWS's tools say, us-east-1 with an endpoint",
    help: 'Region of the bucket.',
  }),
  secretKeys: custom<readonly SecretKey[] | null>('list of id:base64', {
    env: ['NOTIFY_SECRET_KEYS'],
    default: null,
    defaultText: 'generated into the state folder (embedded database only)',
    secret: true,
    read: parseSecretKeys,
    help: 'Keys that encrypt stored secrets, 32 bytes each; the first encrypts, all decrypt. Required with DATABASE_URL.',
  }),
  host: text<string>({
    env: ['NOTIFY_HOST'],
    default: '127.0.0.1',
    help: 'Address of the public listener; 0.0.0.0 in a container.',
  }),
  port: port<number>({
    env: ['PORT', 'NOTIFY_PORT'],
    default: 6011,
    help: 'Port of the public API. 0 takes a free port.',
  }),
  adminHost: text<string>({
    env: ['NOTIFY_ADMIN_HOST'],
    default: '127.0.0.1',
    help: 'Address of the admin listener. It has no authentication: keep it private.',
  }),
  adminPort: port<number | null>({
    env: ['NOTIFY_ADMIN_PORT'],
    default: 9611,
    off: true,
    help: 'Port of /live, /ready, /metrics and the sandbox outbox. 0 takes a free port, off closes it.',
  }),
  publicUrl: baseUrl({
    env: ['NOTIFY_PUBLIC_URL'],
    default: null,
    defaultText: "the request's scheme and host",
    help: 'Public base URL, for links in answers, emails and documents.',
  }),
  adminUrl: baseUrl({
    env: ['NOTIFY_ADMIN_URL'],
    default: null,
    defaultText: 'the public URL',
    help: 'Base URL of the web console, for links in messages.',
  }),
  emailDomain: text<string>({
    env: ['NOTIFY_EMAIL_DOMAIN'],
    default: 'notify.localhost',
    help: 'Domain of the From address of emails: <service>@<domain>.',
  }),
  ...providerKeys,
  ...receiptKeys,
  ...broadcastKeys,
  ...letterKeys,
  ...printKeys,
  archiveHistoryAfterDays: integer<number | null>({
    env: ['NOTIFY_ARCHIVE_HISTORY_AFTER_DAYS'],
    default: null,
    defaultText: 'never: the history stays in the database',
    min: 90,
    max: 36_500,
    unit: 'days',
    help: 'When old history moves from the database into compressed files of the storage.',
  }),
  trustedProxies: addressList({
    env: ['NOTIFY_TRUSTED_PROXIES'],
    default: [],
    help: 'Addresses or CIDR ranges of proxies whose X-Forwarded-* headers count.',
  }),
  callbackAllowedHosts: hostList({
    env: ['NOTIFY_CALLBACK_ALLOWED_HOSTS'],
    default: [],
    defaultText: 'none',
    help: 'Hosts (also with :port), addresses and CIDR ranges that callbacks may go to although they are not public; http counts as https there.',
  }),
  internalClients: json<InternalClients>({
    env: ['NOTIFY_INTERNAL_CLIENTS', 'INTERNAL_CLIENT_API_KEYS'],
    default: {},
    defaultText: 'none',
    secret: true,
    shape: '{"client id": ["secret", …]}',
    read: readInternalClients,
    help: 'Callers of the internal API and their secrets.',
  }),
  retrySchedules: json<Readonly<Record<string, RetrySchedule>>>({
    env: ['NOTIFY_RETRY_SCHEDULES'],
    default: {},
    defaultText: 'the built-in schedules',
    shape: '{"task": {"maxRetries": n, "delays": [seconds, …]}}',
    read: readRetrySchedules,
    help: 'Overrides the retry schedule of single tasks; the last delay repeats.',
  }),
  highVolumeServices: idList({
    env: ['NOTIFY_HIGH_VOLUME_SERVICES', 'HIGH_VOLUME_SERVICE'],
    default: [],
    defaultText: 'none',
    help: 'Services whose live messages are only queued when they are accepted; a worker stores them.',
  }),
  queueFirst: oneOf({
    env: ['NOTIFY_QUEUE_FIRST'],
    default: 'off',
    choices: ['off', 'on'],
    help: 'Whether the live messages of all services are only queued, so that they are accepted while tables are locked.',
  }),
  acceptBatchSize: integer<number>({
    env: ['NOTIFY_ACCEPT_BATCH_SIZE'],
    default: 250,
    min: 1,
    max: 1000,
    help: 'Accepted messages that share one transaction at most; 1 gives each its own.',
  }),
  acceptMaxWaiting: integer<number>({
    env: ['NOTIFY_ACCEPT_MAX_WAITING'],
    default: 2000,
    min: 1,
    max: 100_000,
    help: 'Accepted messages of one process that may wait to be stored; more are answered 503.',
  }),
  workerConcurrency: integer<number>({
    env: ['NOTIFY_WORKER_CONCURRENCY'],
    default: 50,
    min: 1,
    max: 1000,
    help: 'Jobs of one queue that one process works on at the same time.',
  }),
  apiRateLimitEnabled: oneOf({
    env: ['NOTIFY_API_RATE_LIMIT_ENABLED'],
    default: 'true',
    choices: ['true', 'false'],
    help: 'Whether a service may send so many requests in a minute only. Daily limits hold in any case.',
  }),
  databasePoolSize: integer<number>({
    env: ['NOTIFY_DATABASE_POOL_SIZE'],
    default: 10,
    min: 2,
    max: 500,
    help: 'Database connections of one process, the queue included.',
  }),
  requestTimeout: integer<number>({
    env: ['NOTIFY_REQUEST_TIMEOUT'],
    default: 30,
    min: 1,
    max: 3600,
    unit: 'seconds',
    help: 'Serving timeout: a request that takes longer is answered 504.',
  }),
  drainDelay: integer<number>({
    env: ['NOTIFY_DRAIN_DELAY'],
    default: 5,
    min: 0,
    max: 3600,
    unit: 'seconds',
    help: 'After SIGTERM: how long to keep serving while /ready already says no. Ctrl-C skips it.',
  }),
  shutdownGrace: integer<number>({
    env: ['NOTIFY_SHUTDOWN_GRACE'],
    default: 25,
    min: 1,
    max: 3600,
    unit: 'seconds',
    help: 'How long to wait for requests and jobs in flight before giving them up.',
  }),
  smsProviderRestingPoints: json<Readonly<Record<string, number>>>({
    env: ['NOTIFY_SMS_PROVIDER_RESTING_POINTS', 'SMS_PROVIDER_RESTING_POINTS'],
    default: { mmg: 51, firetext: 49 },
    shape: '{"provider": percent, …}',
    read: readRestingPoints,
    help: 'Shares that the sms providers return to after a failover; the sum is 100. Others keep their priority.',
  }),
  slowDeliveryAlert: oneOf({
    env: ['NOTIFY_SLOW_DELIVERY_ALERT'],
    default: 'off',
    choices: ['off', 'on'],
    help: 'Whether ten minutes of slow text messages in a row raise the alert slow-sms-delivery.',
  }),
  statsdHost: text<string | null>({
    env: ['NOTIFY_STATSD_HOST', 'STATSD_HOST'],
    default: null,
    defaultText: 'no statsd',
    help: 'Host of a statsd server that measurements are sent to over UDP, beside /metrics.',
  }),
  statsdPort: integer<number>({
    env: ['NOTIFY_STATSD_PORT', 'STATSD_PORT'],
    default: 8125,
    min: 1,
    max: 65_535,
    help: 'Port of the statsd server.',
  }),
  statsdPrefix: text<string>({
    env: ['NOTIFY_STATSD_PREFIX', 'STATSD_PREFIX'],
    default: 'notifications.api.',
    help: 'What stands before each name that is sent to statsd.',
  }),
  logLevel: oneOf({
    env: ['NOTIFY_LOG_LEVEL'],
    default: 'info',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
    help: 'Least severe log line that is written.',
  }),
  logFormat: oneOf({
    env: ['NOTIFY_LOG_FORMAT'],
    default: 'auto',
    choices: ['auto', 'json', 'text'],
    help: 'Log lines as JSON or as text; auto is text on a terminal.',
  }),
} as const;

type Schema = typeof configSchema;

export type ConfigName = keyof Schema;

/** The parsed configuration of a process. */
export type Config = { readonly [Name in ConfigName]: Schema[Name] extends ConfigKey<infer Value> ? Value : never };

/** The state folder when none is configured (XDG base directory specification). */
export function defaultStateDir(environment: Readonly<Record<string, string | undefined>>): string {
  const base = environment['XDG_STATE_HOME'] || join(environment['HOME'] || homedir(), '.local', 'state');
  return join(base, 'notify');
}

/** A secret that stands alone is a list of one. */
function readInternalClients(value: unknown): InternalClients {
  const isSecretList = (secrets: readonly unknown[]): boolean =>
    secrets.length > 0 && secrets.every((secret) => typeof secret === 'string' && secret !== '');
  const clients = isRecord(value) ? Object.entries(value).map(([id, secrets]) => [id, [secrets].flat()] as const) : [];
  if (!isRecord(value) || !clients.every(([, secrets]) => isSecretList(secrets))) {
    throw new Error('expected an object of client id to a list of secrets');
  }
  return Object.fromEntries(clients) as InternalClients;
}

function readRetrySchedules(value: unknown): Readonly<Record<string, RetrySchedule>> {
  const isCount = (count: unknown): boolean => Number.isInteger(count) && (count as number) >= 0;
  const isSchedule = (schedule: unknown): boolean =>
    isRecord(schedule) &&
    Object.keys(schedule).length === 2 &&
    isCount(schedule['maxRetries']) &&
    Array.isArray(schedule['delays']) &&
    schedule['delays'].length > 0 &&
    schedule['delays'].every(isCount);
  if (!isRecord(value) || !Object.values(value).every(isSchedule)) {
    throw new Error('expected an object of task to {"maxRetries": whole number, "delays": [seconds, at least one]}');
  }
  return value as Readonly<Record<string, RetrySchedule>>;
}

function readRestingPoints(value: unknown): Readonly<Record<string, number>> {
  const isShare = (share: unknown): share is number => Number.isInteger(share) && (share as number) >= 0;
  const shares = isRecord(value) ? Object.values(value) : [];
  const total = shares.every(isShare) ? shares.reduce((sum: number, share) => sum + share, 0) : 0;
  if (total !== 100) throw new Error('expected an object of provider to whole percent, with the sum 100');
  return value as Readonly<Record<string, number>>;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
