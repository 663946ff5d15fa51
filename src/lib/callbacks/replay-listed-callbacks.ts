import { AppError } from '../core/errors.ts';
import { parseUuid } from '../core/ids.ts';
import { listEndedNotifications, type EndedNotification } from '../notifications/list-ended-notifications.ts';
import { findLiveSubjects } from '../queue/find-jobs.ts';
import { requireService } from '../services/show-service.ts';
import { listCallbackApisOfServices } from './callback-api-repository.ts';
import { callbackTasks, frozenCallbackJob } from './callback-job.ts';
import { deliveryStatusPayload } from './callback-payload.ts';
import { deliveryStatusSubject } from './queue-callback.ts';
import type { ReplayCallbacksDeps } from './replay-callbacks.ts';

export interface ReplayListedInput {
  /** Ids of notifications, or references of one service. */
  readonly lines: readonly string[];
  /** The service whose references the lines are; null = they are ids. */
  readonly serviceId: string | null;
  readonly dryRun?: boolean;
  readonly pageSize?: number;
  /** Lines from the beginning that an earlier replay told of. */
  readonly skip?: number;
  /** Called with how many lines are done after what was queued for them is committed. */
  readonly onPage?: (done: number) => Promise<void>;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface ReplayedLine {
  readonly line: string;
  readonly outcome: 'queued' | 'live' | 'unknown' | 'unconfigured';
  /** In the words of the command (delivery sheet §11). */
  readonly message: string;
}

/**
 * Tells services what became of single notifications, as they are now. Of a service's references, either all are known
 * and told, or none. An interrupted replay goes on with `skip`.
 *
 * @throws AppError NOT_FOUND for an unknown service, one without a callback, and for references that are not there, all
 *   of them in `details.messages`; REFUSED for a reference of several notifications
 */
export async function replayListedCallbacks(
  deps: ReplayCallbacksDeps,
  input: ReplayListedInput,
): Promise<ReplayedLine[]> {
  const { lines, pageSize = 500, skip = 0, onPage, onProgress = () => undefined, signal } = input;
  const ids = input.serviceId === null ? lines : await idsOfReferences(deps, input.serviceId, lines);
  const replayed: ReplayedLine[] = [];
  for (let start = skip; start < ids.length && !signal?.aborted; start += pageSize) {
    replayed.push(...(await replayPage(deps, ids.slice(start, start + pageSize), input)));
    await onPage?.(skip + replayed.length);
    onProgress(skip + replayed.length, ids.length);
  }
  return replayed;
}

async function replayPage(
  { db, queue, secretBox }: ReplayCallbacksDeps,
  lines: readonly string[],
  { serviceId, dryRun = false }: ReplayListedInput,
): Promise<ReplayedLine[]> {
  return db.transaction(async (tx) => {
    const ids = lines.flatMap((line) => parseUuid(line) ?? []);
    const notifications = await listEndedNotifications({ db: tx }, { ids, serviceId });
    const notificationOf = new Map(notifications.map((notification) => [notification.id, notification]));
    const serviceIds = [...new Set(notifications.map((notification) => notification.serviceId))];
    const callbacks = await listCallbackApisOfServices(tx, secretBox, serviceIds, 'delivery_status');
    const callbackOf = new Map(callbacks.map((callback) => [callback.serviceId, callback]));
    const jobOf = new Map(
      notifications.flatMap((notification) => {
        const callback = callbackOf.get(notification.serviceId);
        if (callback === undefined) return [];
        const subject = deliveryStatusSubject(notification);
        const job = frozenCallbackJob(secretBox, callback, subject, deliveryStatusPayload(notification));
        return [[notification.id, job] as const];
      }),
    );
    const subjects = [...jobOf.values()].map(({ subject }) => subject);
    const live = await findLiveSubjects({ db: tx }, { tasks: [callbackTasks.delivery_status], subjects });
    const due = [...jobOf.values()].filter(({ subject }) => !live.has(subject));
    if (due.length > 0 && !dryRun) await queue.enqueue(tx, due, { leaveLive: true });

    return lines.map((line): ReplayedLine => {
      const id = parseUuid(line) ?? '';
      const job = jobOf.get(id);
      if (!notificationOf.has(id)) {
        return { line, outcome: 'unknown', message: `ID: ${line} was not found in notifications.` };
      }
      if (job === undefined) {
        const message = `Callback api was not found for notification: ${line}.`;
        return { line, outcome: 'unconfigured', message };
      }
      if (live.has(job.subject))
        return { line, outcome: 'live', message: `A callback task for notification: ${line} is live.` };
      return { line, outcome: 'queued', message: `Created callback task for notification: ${line}.` };
    });
  });
}

/** @throws AppError NOT_FOUND, REFUSED */
async function idsOfReferences(
  { db, secretBox }: ReplayCallbacksDeps,
  serviceId: string,
  references: readonly string[],
): Promise<string[]> {
  await requireService({ db }, serviceId);
  const [callback] = await listCallbackApisOfServices(db, secretBox, [serviceId], 'delivery_status');
  if (callback === undefined) throw new AppError('NOT_FOUND', `Callback api was not found for service: ${serviceId}`);
  const found = await listEndedNotifications({ db }, { references, serviceId });
  const byReference = Map.groupBy(found, ({ clientReference }: EndedNotification) => clientReference!);
  const problems = references
    .filter((reference) => !byReference.has(reference))
    .map((reference) => `Reference: ${reference} was not found in notifications.`);
  if (problems.length > 0) throw new AppError('NOT_FOUND', problems.join('\n'), { details: { messages: problems } });
  const ambiguous = references.find((reference) => byReference.get(reference)!.length > 1);
  if (ambiguous !== undefined) {
    throw new AppError('REFUSED', `Reference: ${ambiguous} belongs to several notifications.`, {
      hint: 'Give the ids of the notifications instead.',
    });
  }
  return references.map((reference) => byReference.get(reference)![0]!.id);
}
