import type { Sender } from './sender.ts';

/** A text message sender, reply-to address or letter contact as commands print it. */
export interface SenderView {
  readonly id: string;
  readonly service_id: string;
  readonly type: string;
  readonly value: string;
  readonly is_default: boolean;
  readonly inbound_number_id: string | null;
  readonly archived: boolean;
  readonly created_at: string;
  readonly updated_at: string | null;
}

export function toSenderView(sender: Sender): SenderView {
  return {
    id: sender.id,
    service_id: sender.serviceId,
    type: sender.type,
    value: sender.value,
    is_default: sender.isDefault,
    inbound_number_id: sender.inboundNumberId,
    archived: sender.archived,
    created_at: sender.createdAt.toISOString(),
    updated_at: sender.updatedAt?.toISOString() ?? null,
  };
}
