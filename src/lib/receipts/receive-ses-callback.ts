import type { Config } from '../config/schema.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { Logger } from '../observability/logger.ts';
import type { Enqueuer } from '../queue/enqueuer.ts';
import { enqueueSesEvent } from './enqueue-receipt.ts';
import { readObject, readSesEvent, sesProblem } from './ses-event.ts';
import { snsText, type SnsEnvelope } from './sns-message.ts';
import type { SnsVerifier } from './sns-verifier.ts';

export interface SesCallbackDeps {
  readonly enqueuer: Enqueuer;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly sns: SnsVerifier;
  readonly config: Pick<Config, 'snsVerification' | 'sesTopicArns'>;
}

/**
 * Takes what SNS posts about emails that SES sent (delivery sheet §6.2): a subscription is confirmed, a message is
 * queued for `process-ses-result`. Nothing is done for what SNS did not sign, or for a topic that is not ours.
 *
 * @throws AppError REQUEST_INVALID with the sheet's messages, in `details.messages` where the answer lists them;
 *   AUTH_INVALID; SERVICE_UNAVAILABLE while SNS cannot be asked
 */
export async function receiveSesCallback(
  deps: SesCallbackDeps,
  { body, requestId }: { body: string; requestId: string },
): Promise<void> {
  const { sns, config, logger } = deps;
  const envelope = readObject(body);
  const type = snsText(envelope, 'Type');
  const isConfirmation = type === 'SubscriptionConfirmation' || type === 'UnsubscribeConfirmation';
  if (!isConfirmation && snsText(envelope, 'Message') === '') throw sesProblem('Message missing', { listed: true });
  assertOwnTopic(config, envelope);
  if (config.snsVerification === 'on') await sns.verify(envelope);
  if (isConfirmation) {
    if (type === 'SubscriptionConfirmation') await sns.confirm(envelope);
    logger.info({ topic: snsText(envelope, 'TopicArn') }, `SNS sent a ${type}`);
    return;
  }
  const event = readSesEvent(snsText(envelope, 'Message'));
  await enqueueSesEvent(deps, event, { messageId: snsText(envelope, 'MessageId') || null, requestId });
}

function assertOwnTopic({ sesTopicArns }: SesCallbackDeps['config'], envelope: SnsEnvelope): void {
  if (sesTopicArns.length === 0 || sesTopicArns.includes(snsText(envelope, 'TopicArn'))) return;
  throw new AppError('AUTH_INVALID', 'SES callback failed: topic not allowed');
}
