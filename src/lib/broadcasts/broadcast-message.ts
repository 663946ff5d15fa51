import { AppError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { Ring } from './polygon.ts';

/** A broadcast as operators see it, and what may become of it (broadcasts sheet §1, §2). */

export const broadcastStatuses = [
  'draft',
  'pending-approval',
  'rejected',
  'broadcasting',
  'completed',
  'cancelled',
  'technical-failure',
] as const;

export type BroadcastStatus = (typeof broadcastStatuses)[number];

/** The statuses in which a message can still be changed. */
export const editableStatuses: readonly BroadcastStatus[] = ['draft', 'pending-approval', 'rejected'];

/** The statuses of what was, or is being, broadcast. */
export const liveStatuses: readonly BroadcastStatus[] = ['broadcasting', 'completed', 'cancelled'];

const moves: Readonly<Record<BroadcastStatus, readonly BroadcastStatus[]>> = {
  draft: ['pending-approval'],
  'pending-approval': ['rejected', 'draft', 'broadcasting'],
  rejected: ['draft', 'pending-approval'],
  broadcasting: ['completed', 'cancelled'],
  completed: [],
  cancelled: [],
  'technical-failure': [],
};

/** True when a message may go from one status to the other. */
export function mayMove(from: BroadcastStatus, to: BroadcastStatus): boolean {
  return moves[from].includes(to);
}

/** Where a broadcast goes; only `simple_polygons` counts for networks, the rest is for people. */
export interface BroadcastAreas {
  readonly ids?: readonly string[];
  readonly names?: readonly string[];
  readonly aggregate_names?: readonly string[];
  readonly simple_polygons?: readonly Ring[];
}

export interface BroadcastMessage {
  readonly id: string;
  readonly serviceId: string;
  /** Null, like the version, for what was made from free content. */
  readonly templateId: string | null;
  readonly templateVersion: number | null;
  readonly templateName: string | null;
  /** Null for what was made without a template. */
  readonly personalisation: JsonObject | null;
  /** The text with its placeholders filled. */
  readonly content: string;
  readonly areas: BroadcastAreas;
  readonly status: BroadcastStatus;
  readonly startsAt: Date | null;
  /** Not changed by a cancellation, which may be sent until then. */
  readonly finishesAt: Date | null;
  readonly createdAt: Date;
  readonly submittedAt: Date | null;
  readonly approvedAt: Date | null;
  readonly rejectedAt: Date | null;
  readonly cancelledAt: Date | null;
  readonly updatedAt: Date | null;
  /** Null for what came through the API; then the key is known. */
  readonly createdById: string | null;
  readonly createdByApiKeyId: string | null;
  readonly submittedById: string | null;
  readonly approvedById: string | null;
  readonly rejectedById: string | null;
  readonly cancelledById: string | null;
  readonly cancelledByApiKeyId: string | null;
  /** The operator's name for it, or the CAP identifier of what came through the API. */
  readonly reference: string | null;
  /** CAP's `event` of what came through the API. */
  readonly capEvent: string | null;
  /** Never really sent: its service was in training mode when it was made. */
  readonly stubbed: boolean;
}

/** Who moves a message to another status. */
export type Mover = { readonly userId: string } | { readonly apiKeyId: string };

/** Where the personalisation of broadcasts is stored, for the secret box. */
export const broadcastPersonalisationContext = 'broadcast_message.personalisation';

/** Characters of a reference, and of CAP's event text. */
export const referenceLimit = 255;

/** What there is of a message's areas for networks. */
export function polygonsOf(areas: BroadcastAreas): readonly Ring[] {
  return areas.simple_polygons ?? [];
}

/** Names of the areas for people; the shortest list of them that there is. */
export function areaNamesOf({ aggregate_names, names, ids }: BroadcastAreas): readonly string[] {
  return aggregate_names ?? names ?? ids ?? [];
}

/** Nothing here says what a foreign message would be: it is as if there were none. */
export function noSuchBroadcast(): AppError {
  return new AppError('NOT_FOUND', 'No result found');
}
