import type { SecretBox } from '../core/secret-box.ts';
import type { Database, Queryable } from '../db/database.ts';
import { findReceivedText } from '../inbound/show-received-text.ts';
import { listEndedNotifications } from '../notifications/list-ended-notifications.ts';
import { findLiveSubjects } from '../queue/find-jobs.ts';
import type { JobQueue, NewJob } from '../queue/job-queue.ts';
import { listReportedComplaints } from '../receipts/list-reported-complaints.ts';
import { requireService } from '../services/show-service.ts';
import { listCallbackApis } from './callback-api-repository.ts';
import type { CallbackApi, CallbackType } from './callback-api.ts';
import { countDeliveries, listDeliveries, type LoggedDelivery } from './callback-delivery-repository.ts';
import { callbackTasks, frozenCallbackJob, lateCallbackJob } from './callback-job.ts';
import { complaintPayload, deliveryStatusPayload } from './callback-payload.ts';
import { deliveryStatusSubject } from './queue-callback.ts';

export interface ReplayCallbacksDeps {
  readonly db: Database;
  readonly queue: JobQueue;
  readonly secretBox: SecretBox;
}

export interface ReplayCallbacksInput {
  readonly serviceId: string;
  readonly types: readonly CallbackType[];
  readonly since: Date | null;
  /** Exclusive. */
  readonly until: Date | null;
  readonly failedOnly: boolean;
  /** Only finds out what would be done. */
  readonly dryRun?: boolean;
  readonly pageSize?: number;
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops after the page in hand. */
  readonly signal?: AbortSignal;
}

/**
 * What became of each callback of the log: `live` = it is still being sent or retried; `superseded` = its service was, or
 * will be, told a later status; `unconfigured` = the service has no such callback any more; `gone` = what it was about is
 * not kept any more.
 */
export const replayOutcomes = ['queued', 'live', 'superseded', 'unconfigured', 'gone'] as const;

export type ReplayOutcome = (typeof replayOutcomes)[number];

export interface ReplayedCallbacks {
  readonly counts: Readonly<Record<ReplayOutcome, number>>;
  /** When the last callback that was looked at was first logged: from there on, an interrupted replay goes on. */
  readonly last: Date | null;
  readonly isComplete: boolean;
}

/**
 * Sends callbacks of the log again, the oldest first, in a transaction for each page. Receivers know them by their
 * `webhook-id`, which stays.
 *
 * @throws AppError NOT_FOUND for an unknown service
 */
export async function replayCallbacks(
  { db, queue, secretBox }: ReplayCallbacksDeps,
  input: ReplayCallbacksInput,
): Promise<ReplayedCallbacks> {
  const { serviceId, dryRun = false, pageSize = 500, onProgress = () => undefined, signal } = input;
  await requireService({ db }, serviceId);
  const total = await countDeliveries(db, input);
  const counts: Record<ReplayOutcome, number> = { queued: 0, live: 0, superseded: 0, unconfigured: 0, gone: 0 };
  let after: LoggedDelivery | null = null;
  let done = 0;
  while (!signal?.aborted) {
    const page: LoggedDelivery[] = await db.transaction(async (tx) => {
      const entries = await listDeliveries(tx, input, { after, limit: pageSize });
      const jobs: NewJob[] = [];
      for (const planned of await planReplay({ db: tx, secretBox }, serviceId, entries)) {
        counts[typeof planned === 'string' ? planned : 'queued'] += 1;
        if (typeof planned !== 'string') jobs.push(planned);
      }
      if (jobs.length > 0 && !dryRun) await queue.enqueue(tx, jobs, { leaveLive: true });
      return entries;
    });
    after = page.at(-1) ?? after;
    done += page.length;
    onProgress(Math.min(done, total), total);
    if (page.length < pageSize) return { counts, last: after?.createdAt ?? null, isComplete: true };
  }
  return { counts, last: after?.createdAt ?? null, isComplete: false };
}

type Planned = NewJob | Exclude<ReplayOutcome, 'queued'>;

/** For each callback of a page the job that sends it again, or why there is none. */
async function planReplay(
  { db, secretBox }: { db: Queryable; secretBox: SecretBox },
  serviceId: string,
  entries: readonly LoggedDelivery[],
): Promise<Planned[]> {
  const callbacks = await listCallbackApis(db, secretBox, serviceId);
  const callbackOf = new Map(callbacks.map((callback) => [callback.callbackType, callback]));
  const idsOf = (type: CallbackType): string[] =>
    entries.filter((entry) => entry.type === type).map(({ subjectId }) => subjectId);
  const notifications = await listEndedNotifications({ db }, { ids: idsOf('delivery_status'), serviceId });
  const complaints = await listReportedComplaints({ db }, { serviceId, ids: idsOf('complaint') });
  const notificationOf = new Map(notifications.map((notification) => [notification.id, notification]));
  const complaintOf = new Map(complaints.map((complaint) => [complaint.id, complaint]));

  const plan = async (entry: LoggedDelivery): Promise<Planned> => {
    const callback: CallbackApi | undefined = callbackOf.get(entry.type);
    if (callback === undefined) return 'unconfigured';
    const { type, subjectId, webhookId } = entry;
    if (type === 'delivery_status') {
      const notification = notificationOf.get(subjectId);
      if (notification === undefined) return 'gone';
      const subject = deliveryStatusSubject(notification);
      if (subject.webhookId !== webhookId) return 'superseded';
      return frozenCallbackJob(secretBox, callback, subject, deliveryStatusPayload(notification));
    }
    const subject = { serviceId, type, subjectId, webhookId };
    if (type === 'inbound_sms') {
      const text = await findReceivedText({ db, secretBox }, { serviceId, id: subjectId });
      return text === null ? 'gone' : lateCallbackJob(subject);
    }
    const complaint = type === 'complaint' ? complaintOf.get(subjectId) : undefined;
    // What a returned letter said is kept in the list that it came from, not here.
    return complaint === undefined
      ? 'gone'
      : frozenCallbackJob(secretBox, callback, subject, complaintPayload(complaint));
  };

  const plans: Planned[] = [];
  for (const entry of entries) plans.push(await plan(entry));
  const subjects = plans.flatMap((planned) => (typeof planned === 'string' ? [] : planned.subject));
  const live = await findLiveSubjects({ db }, { tasks: Object.values(callbackTasks), subjects });
  return plans.map((planned) => (typeof planned !== 'string' && live.has(planned.subject) ? 'live' : planned));
}
