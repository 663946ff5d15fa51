import { toApiDateTime, toApiDateTimeOrNull } from '../core/clock.ts';
import type { PublicAlert } from './broadcast-message-repository.ts';
import type { BroadcastMessage } from './broadcast-message.ts';
import { formatMessageNumber } from './broadcast-payload.ts';
import type { BroadcastProgress } from './show-broadcast.ts';

/** A message as the APIs answer it (broadcasts sheet §11): every key is always there. */
export function toBroadcastView(message: BroadcastMessage) {
  return {
    id: message.id,
    reference: message.reference,
    cap_event: message.capEvent,
    service_id: message.serviceId,
    template_id: message.templateId,
    template_version: message.templateVersion,
    template_name: message.templateName,
    personalisation: message.personalisation,
    content: message.content,
    areas: message.areas,
    status: message.status,
    starts_at: toApiDateTimeOrNull(message.startsAt),
    finishes_at: toApiDateTimeOrNull(message.finishesAt),
    created_at: toApiDateTime(message.createdAt),
    approved_at: toApiDateTimeOrNull(message.approvedAt),
    cancelled_at: toApiDateTimeOrNull(message.cancelledAt),
    updated_at: toApiDateTimeOrNull(message.updatedAt),
    created_by_id: message.createdById,
    approved_by_id: message.approvedById,
    cancelled_by_id: message.cancelledById,
  };
}

export type BroadcastView = ReturnType<typeof toBroadcastView>;

/** A message as operators see it: also who did what when. */
export function toOperatorBroadcastView(message: BroadcastMessage) {
  return {
    ...toBroadcastView(message),
    stubbed: message.stubbed,
    submitted_at: toApiDateTimeOrNull(message.submittedAt),
    rejected_at: toApiDateTimeOrNull(message.rejectedAt),
    created_by_api_key_id: message.createdByApiKeyId,
    submitted_by_id: message.submittedById,
    rejected_by_id: message.rejectedById,
    cancelled_by_api_key_id: message.cancelledByApiKeyId,
  };
}

export type OperatorBroadcastView = ReturnType<typeof toOperatorBroadcastView>;

/** An event with what became of it at each network. */
export function toBroadcastEventView({ event, providerMessages, records }: BroadcastProgress) {
  return {
    id: event.id,
    broadcast_message_id: event.broadcastMessageId,
    message_type: event.messageType,
    sent_at: toApiDateTime(event.sentAt),
    finishes_at: toApiDateTime(event.transmittedFinishesAt),
    provider_messages: providerMessages.map((message) => ({
      id: message.id,
      provider: message.provider,
      status: message.status,
      message_number: message.messageNumber === null ? null : formatMessageNumber(message.messageNumber),
      created_at: toApiDateTime(message.createdAt),
      updated_at: toApiDateTimeOrNull(message.updatedAt),
    })),
    history: records.map((record) => ({
      provider: record.provider,
      status: record.status,
      created_at: toApiDateTime(record.createdAt),
      error: record.errorDetail?.message ?? null,
    })),
  };
}

export type BroadcastEventView = ReturnType<typeof toBroadcastEventView>;

/** An alert on the public's list. */
export function toPublicAlertView(alert: PublicAlert) {
  return {
    id: alert.id,
    reference: alert.reference,
    channel: alert.channel,
    content: alert.content,
    areas: alert.areas,
    status: alert.status,
    starts_at: toApiDateTimeOrNull(alert.startsAt),
    finishes_at: toApiDateTimeOrNull(alert.finishesAt),
    approved_at: toApiDateTimeOrNull(alert.approvedAt),
    cancelled_at: toApiDateTimeOrNull(alert.cancelledAt),
  };
}
