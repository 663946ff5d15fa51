import { messageOf } from '../core/errors.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { beginSend, type BeginSendDeps } from './begin-send.ts';
import { insertSendRecord, saveAcknowledgement, saveFailedAttempt } from './provider-message-repository.ts';
import type { BroadcastProvider } from './provider-message.ts';
import { sendToNetwork, type BroadcastRoute, type BroadcastTransport } from './transport.ts';

export interface SendProviderMessageDeps extends BeginSendDeps {
  readonly broadcastTransport: BroadcastTransport;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'broadcastSends'>;
  readonly config: { readonly broadcastUpdates: 'off' | 'on' };
}

export interface SendProviderMessageInput {
  readonly broadcastEventId: string;
  readonly provider: BroadcastProvider;
}

/** How an attempt ended that did not fail. */
export type SendOutcome =
  | { readonly kind: 'acknowledged'; readonly identifier: string; readonly route: BroadcastRoute['name'] }
  /** For good, as far as this run goes: an operator decides what next. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'busy'; readonly seconds: number }
  | { readonly kind: 'off' };

/** Beyond what the routes may take, before another attempt may begin: seconds. */
const margin = 10;

/**
 * Sends an event to a network once, if it may be sent now (broadcasts sheet §3). What the network says is recorded before
 * anybody else may try.
 *
 * @throws AppError PROVIDER_FAILED when no route took it: another attempt may help; NOT_FOUND for an unknown event
 */
export async function sendProviderMessage(
  deps: SendProviderMessageDeps,
  input: SendProviderMessageInput,
): Promise<SendOutcome> {
  const { broadcastTransport: transport, metrics } = deps;
  const { broadcastEventId, provider } = input;
  const logger = deps.logger.child({ broadcastEventId, provider });
  if (transport.kind === 'off') {
    logger.warn('Broadcasts are not sent from here: no transport is configured');
    return { kind: 'off' };
  }
  const updates = deps.config.broadcastUpdates === 'on';
  const beginning = await beginSend(deps, { ...input, updates, holdFor: transport.patience + margin });
  if (beginning.kind === 'busy') return beginning;
  if (beginning.kind === 'refused') {
    metrics.broadcastSends.inc({ provider, outcome: 'refused' });
    return beginning;
  }
  const { id, claim, payload } = beginning;
  let route: BroadcastRoute['name'];
  try {
    route = await sendToNetwork(transport, provider, payload);
  } catch (error) {
    metrics.broadcastSends.inc({ provider, outcome: 'failed' });
    await noteFailure(deps, input, { id, claim, error });
    throw error;
  }
  metrics.broadcastSends.inc({ provider, outcome: 'acknowledged' });
  await noteAcknowledgement(deps, input, id);
  logger.info({ identifier: id, route, messageType: payload.message_type }, 'A network acknowledged a broadcast');
  return { kind: 'acknowledged', identifier: id, route };
}

async function noteAcknowledgement(
  { db, clock }: SendProviderMessageDeps,
  { broadcastEventId, provider }: SendProviderMessageInput,
  id: string,
): Promise<void> {
  const now = clock.now();
  await db.transaction(async (tx) => {
    await saveAcknowledgement(tx, id, now);
    await insertSendRecord(tx, {
      broadcastEventId,
      provider,
      providerMessageId: id,
      status: 'returned-ack',
      errorDetail: null,
      createdAt: now,
    });
  });
}

async function noteFailure(
  { db, clock }: SendProviderMessageDeps,
  { broadcastEventId, provider }: SendProviderMessageInput,
  { id, claim, error }: { id: string; claim: string; error: unknown },
): Promise<void> {
  const now = clock.now();
  await db.transaction(async (tx) => {
    const isOurs = await saveFailedAttempt(tx, { id, claim }, now);
    if (!isOurs) return;
    await insertSendRecord(tx, {
      broadcastEventId,
      provider,
      providerMessageId: id,
      status: 'returned-error',
      errorDetail: { message: messageOf(error) },
      createdAt: now,
    });
  });
}
