import type { Clock } from '../core/clock.ts';
import { AppError, isAppError } from '../core/errors.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database, Queryable } from '../db/database.ts';
import { findReceivedText } from '../inbound/show-received-text.ts';
import type { GuardedAnswer, GuardedFetch } from '../net/guarded-fetch.ts';
import type { Logger } from '../observability/logger.ts';
import { defineTask, TaskPostponed, type Task } from '../queue/task.ts';
import { findCallbackApi } from './callback-api-repository.ts';
import { callbackTypes, type CallbackType } from './callback-api.ts';
import { saveDelivery } from './callback-delivery-repository.ts';
import { isRetriedStatus, type CallbackDelivery, type DeliveryProblem } from './callback-delivery.ts';
import { callbackTasks, openFrozenCallback, type CallbackArgs, type CallbackRequest } from './callback-job.ts';
import { formatPayload, inboundSmsPayload } from './callback-payload.ts';
import type { EndpointLanes } from './endpoint-lanes.ts';
import { webhookHeaders } from './webhook-signature.ts';

export interface SendCallbackDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly secretBox: SecretBox;
  readonly logger: Logger;
  readonly guardedFetch: GuardedFetch;
  readonly lanes: EndpointLanes;
  /** Called for each attempt. */
  readonly onAttempt?: (attempt: CallbackAttempt) => void;
  /** Milliseconds until an endpoint counts as not answering. */
  readonly timeoutMs?: number;
}

export interface CallbackAttempt {
  readonly type: CallbackType;
  readonly attempt: number;
  readonly outcome: AttemptOutcome;
  readonly seconds: number;
}

export type AttemptOutcome =
  'delivered' | 'failed' | 'refused' | 'timeout' | 'connection' | 'certificate' | 'blocked' | 'circuit';

/** How an attempt ended. */
interface Ending {
  readonly outcome: AttemptOutcome;
  readonly httpStatus: number | null;
  readonly reason: string;
}

const defaultTimeoutMs = 5000;

/** The tasks that send callbacks, one for each type (delivery sheet §9). */
export function sendCallbackTasks(deps: SendCallbackDeps): Task[] {
  return callbackTypes.map((type) =>
    defineTask<CallbackArgs>({
      name: callbackTasks[type],
      run: (args, { attempt, signal }) => sendCallback(deps, args, { attempt, signal }),
      onFailure: (tx, args, { attempt, error }) => saveFailure(deps, tx, args, { state: 'retrying', attempt, error }),
      async onExhausted(tx, args, { attempt, error }) {
        await saveFailure(deps, tx, args, { state: 'failed', attempt, error });
        const { serviceId, webhookId } = args;
        deps.logger.warn({ serviceId, webhookId }, `Gave up a ${type} callback after ${attempt} attempts`);
      },
    }),
  );
}

/**
 * Sends a callback once. What no attempt can change is logged and done with: a 2xx, any other status than 429 and from
 * 500 on, an address that is not allowed. A callback without a subject or a receiver any more is silently done.
 *
 * @throws AppError CALLBACK_FAILED when another attempt may help
 * @throws TaskPostponed when the endpoint has as much to do as it may have
 */
async function sendCallback(
  deps: SendCallbackDeps,
  args: CallbackArgs,
  { attempt, signal }: { attempt: number; signal: AbortSignal },
): Promise<void> {
  const request = await readRequest(deps, args);
  if (request === null) return;
  const startedAt = performance.now();
  const ending = await attemptOnce(deps, args, request, signal);
  const seconds = (performance.now() - startedAt) / 1000;
  deps.onAttempt?.({ type: args.type, attempt, outcome: ending.outcome, seconds });

  const { outcome, httpStatus, reason } = ending;
  const { serviceId, webhookId } = args;
  if (outcome === 'delivered') {
    await saveDelivery(
      deps.db,
      delivery(args, { state: 'delivered', attempt, httpStatus, problem: null }),
      deps.clock.now(),
    );
  } else if (outcome === 'refused' || outcome === 'blocked') {
    const problem = outcome === 'blocked' ? 'blocked' : 'status';
    await saveDelivery(deps.db, delivery(args, { state: 'failed', attempt, httpStatus, problem }), deps.clock.now());
    deps.logger.warn({ serviceId, webhookId }, `A ${args.type} callback was not taken and is not retried: ${reason}`);
  } else {
    const problem: DeliveryProblem = outcome === 'failed' ? 'status' : outcome;
    throw new AppError('CALLBACK_FAILED', `The callback ${webhookId} was not taken: ${reason}`, {
      details: { serviceId, httpStatus, problem },
    });
  }
}

/** What is to be sent, or null when there is nothing (any more). */
async function readRequest({ db, secretBox }: SendCallbackDeps, args: CallbackArgs): Promise<CallbackRequest | null> {
  if (args.sealed !== null) return openFrozenCallback(secretBox, args.sealed);
  const callback = await findCallbackApi(db, secretBox, args.serviceId, args.type);
  const text = await findReceivedText({ db, secretBox }, { serviceId: args.serviceId, id: args.subjectId });
  if (callback === null || text === null) return null;
  return { url: callback.url, bearerToken: callback.bearerToken, body: formatPayload(inboundSmsPayload(text)) };
}

async function attemptOnce(
  { guardedFetch, lanes, clock, timeoutMs = defaultTimeoutMs }: SendCallbackDeps,
  { serviceId, webhookId }: CallbackArgs,
  { url, bearerToken, body }: CallbackRequest,
  signal: AbortSignal,
): Promise<Ending> {
  // Services that share a receiver do not share its lane: one of them cannot fill it for the others.
  const place = lanes.enter(`${serviceId} ${url}`);
  if (place.kind === 'full') throw new TaskPostponed(place.delay);
  if (place.kind === 'circuit open') {
    return { outcome: 'circuit', httpStatus: null, reason: 'the endpoint did not answer others before' };
  }
  const startedAt = performance.now();
  let isTimeout = false;
  try {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${bearerToken}`,
      ...webhookHeaders({ webhookId, bearerToken, body, at: clock.now() }),
    };
    const answer = await guardedFetch.post({ url, headers, body, timeoutMs, signal });
    isTimeout = answer.kind === 'timeout';
    return endingOf(answer);
  } finally {
    place.leave({ isTimeout, ms: performance.now() - startedAt });
  }
}

function endingOf(answer: GuardedAnswer): Ending {
  if (answer.kind === 'answered') {
    const { status } = answer;
    const isTaken = status >= 200 && status < 300;
    const outcome = isTaken ? 'delivered' : isRetriedStatus(status) ? 'failed' : 'refused';
    return { outcome, httpStatus: status, reason: `the answer was ${status}` };
  }
  const outcome = answer.kind === 'refused' ? 'blocked' : answer.kind;
  return { outcome, httpStatus: null, reason: answer.reason };
}

async function saveFailure(
  { clock }: SendCallbackDeps,
  tx: Queryable,
  args: CallbackArgs,
  { state, attempt, error }: { state: 'retrying' | 'failed'; attempt: number; error: unknown },
): Promise<void> {
  const details = isAppError(error, 'CALLBACK_FAILED') ? error.details : undefined;
  const httpStatus = (details?.['httpStatus'] as number | null | undefined) ?? null;
  const problem = (details?.['problem'] as DeliveryProblem | undefined) ?? 'internal';
  await saveDelivery(tx, delivery(args, { state, attempt, httpStatus, problem }), clock.now());
}

function delivery(
  { serviceId, type, subjectId, webhookId }: CallbackArgs,
  { attempt, ...ending }: { attempt: number } & Pick<CallbackDelivery, 'state' | 'httpStatus' | 'problem'>,
): CallbackDelivery {
  return { serviceId, type, subjectId, webhookId, attempts: attempt, ...ending };
}
