/** What tests of receipts need: messages that were handed over, and services that want to be told. */
import type { App } from '../../src/lib/app.ts';
import { bearerTokenContext, type CallbackType } from '../../src/lib/callbacks/callback-api.ts';
import { openFrozenCallback, type CallbackArgs } from '../../src/lib/callbacks/callback-job.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { systemUserId } from '../../src/lib/users/user.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { storedJobs, type StoredJob } from '../support/queue-probe.ts';
import { waitFor } from '../support/wait.ts';
import { insertRows, type NotificationRow } from './notification-rows.ts';

type Deps = Pick<App, 'db' | 'ids' | 'clock' | 'secretBox'>;

export interface ReceiptSender {
  readonly serviceId: string;
  readonly sms: Template;
  readonly email: Template;
}

/** A service with templates without placeholders, which wants to be told of everything. */
export async function aReceiptSender(app: Deps, permissions: readonly 'inbound_sms'[] = []): Promise<ReceiptSender> {
  const { id: serviceId } = await aService(app, { permissions: ['sms', 'email', ...permissions] });
  for (const type of ['delivery_status', 'inbound_sms', 'complaint'] as const) await aCallback(app, serviceId, type);
  return {
    serviceId,
    sms: await aTemplate(app, serviceId, { content: 'Hello' }),
    email: await aTemplate(app, serviceId, { templateType: 'email', subject: 'About', content: 'Hello' }),
  };
}

async function aCallback({ db, ids, clock, secretBox }: Deps, serviceId: string, type: CallbackType): Promise<void> {
  const token = secretBox.seal('a bearer token', bearerTokenContext);
  await db.query({
    text: `INSERT INTO service_callback_api
        (id, service_id, callback_type, url, bearer_token, updated_by_id, version, created_at)
      VALUES ($1, $2, $3, 'https://example.com/callbacks', $4, $5, 1, $6)`,
    values: [ids.uuid(), serviceId, type, token, systemUserId, clock.now()],
  });
}

export interface SentRow extends NotificationRow {
  readonly sentBy?: string | null;
  readonly providerReference?: string;
  readonly phonePrefix?: string;
}

/** A message that was handed to a provider a minute ago, `sending` unless the test says otherwise. */
export async function aSentMessage(app: Deps, template: Template, row: SentRow = {}): Promise<string> {
  const { sentBy = null, providerReference = null, phonePrefix = null, ...rest } = row;
  const id = await insertRows(app, template, { status: 'sending', ...rest });
  await app.db.query({
    text: `UPDATE notifications SET sent_by = $2, reference = $3, phone_prefix = $4, international = $5, sent_at = $6
      WHERE id = $1`,
    values: [
      id,
      sentBy,
      providerReference,
      phonePrefix,
      phonePrefix !== null,
      new Date(app.clock.now().getTime() - 60_000),
    ],
  });
  return id;
}

/** Moves a message to the history, as retention does. */
export async function archive({ db }: Pick<App, 'db'>, id: string): Promise<void> {
  await db.query({
    text: `WITH gone AS (DELETE FROM notifications WHERE id = $1 RETURNING *)
      INSERT INTO notification_history (id, service_id, template_id, template_version, key_type, notification_type,
        created_at, sent_at, sent_by, billable_units, international, notification_status, reference, client_reference)
      SELECT id, service_id, template_id, template_version, key_type, notification_type, created_at, sent_at, sent_by,
        billable_units, international, notification_status, reference, client_reference FROM gone`,
    values: [id],
  });
}

export interface StoredMessage {
  readonly status: string;
  readonly sentBy: string | null;
  readonly billableUnits: number;
}

/** A message as it is now, in the history, too. */
export async function messageOf({ db }: Pick<App, 'db'>, id: string): Promise<StoredMessage> {
  const columns = 'notification_status AS status, sent_by AS "sentBy", billable_units AS "billableUnits"';
  const { rows } = await db.query<StoredMessage>({
    text: `SELECT ${columns} FROM notifications WHERE id = $1
      UNION ALL SELECT ${columns} FROM notification_history WHERE id = $1`,
    values: [id],
  });
  return rows[0]!;
}

/** The callbacks about a message, text or complaint that were queued, oldest first; what is not frozen yet is null. */
export async function callbacksAbout(
  { db, secretBox }: Pick<App, 'db' | 'secretBox'>,
  subjectId: string,
): Promise<unknown[]> {
  const jobs = (await storedJobs(db)).filter(({ queue }) => queue === 'service-callbacks');
  return jobs
    .map(({ args }) => args as CallbackArgs)
    .filter((args) => args.subjectId === subjectId)
    .map(({ sealed }) => (sealed === null ? null : JSON.parse(openFrozenCallback(secretBox, sealed).body)));
}

/** Waits until no receipt waits or is being recorded; retries that are due later, and callbacks, may wait. */
export async function receiptsToBeRecorded(db: App['db']): Promise<void> {
  const isLive = ({ state }: StoredJob): boolean => ['created', 'retry', 'active'].includes(state);
  await waitFor(
    async () =>
      !(await storedJobs(db)).some(
        (job) => job.queue.endsWith('s-callbacks') && job.queue !== 'service-callbacks' && isLive(job),
      ),
    { what: 'the receipts to be recorded' },
  );
}
