import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import { assertNotArchived, requireService } from '../services/show-service.ts';
import { requireUser } from '../users/show-user.ts';
import { requireBroadcastLength } from './broadcast-content.ts';
import { findBroadcastMessage, insertBroadcastMessage } from './broadcast-message-repository.ts';
import {
  noSuchBroadcast,
  referenceLimit,
  type BroadcastAreas,
  type BroadcastMessage,
  type BroadcastStatus,
} from './broadcast-message.ts';
import { fillBroadcastTemplate } from './fill-broadcast-template.ts';
import { readAreas } from './read-areas.ts';

export interface CreateBroadcastDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly secretBox: SecretBox;
}

/** What a message says: free text with a reference, or a template with its values. */
export type BroadcastSource =
  | { readonly content: string; readonly reference: string }
  | { readonly templateId: string; readonly personalisation: JsonObject; readonly reference?: string };

export interface CreateBroadcastInput {
  readonly serviceId: string;
  readonly createdById: string;
  readonly source: BroadcastSource;
  readonly areas?: BroadcastAreas;
  readonly startsAt?: Date | null;
  readonly finishesAt?: Date | null;
}

/**
 * Drafts a broadcast (broadcasts sheet §2). One that is made while its service is in training mode is never really sent.
 *
 * @throws AppError NOT_FOUND for an unknown service, user or template; REFUSED for an archived service; VALIDATION_FAILED
 *   for a text, reference or polygon that cannot be used; REQUEST_INVALID for values that do not fill the template
 */
export async function createBroadcast(
  deps: CreateBroadcastDeps,
  input: CreateBroadcastInput,
): Promise<BroadcastMessage> {
  const { db } = deps;
  const { serviceId, createdById, source, areas = {}, startsAt = null, finishesAt = null } = input;
  const service = await requireService({ db }, serviceId);
  assertNotArchived(service);
  await requireUser({ db }, createdById);
  const { reference = null } = source;
  if (reference !== null) requireShortText(reference, 'reference');
  const text =
    'content' in source
      ? { content: source.content, templateId: null, templateVersion: null }
      : await fillBroadcastTemplate(deps, { serviceId, ...source });
  requireBroadcastLength(text.content, 'Content');
  return storeBroadcast(deps, {
    ...text,
    serviceId,
    personalisation: 'content' in source ? null : source.personalisation,
    areas: readAreas(areas),
    status: 'draft',
    startsAt,
    finishesAt,
    createdById,
    createdByApiKeyId: null,
    reference,
    capEvent: null,
    stubbed: service.restricted,
  });
}

/** What came through the API: it waits for approval, and was made by nobody of the team. */
export interface ApiBroadcast {
  readonly serviceId: string;
  readonly apiKeyId: string;
  readonly content: string;
  readonly areas: BroadcastAreas;
  readonly reference: string;
  readonly capEvent: string | null;
  readonly stubbed: boolean;
}

/** Stores a broadcast of the API, whose fields have been checked. @throws AppError VALIDATION_FAILED */
export async function createApiBroadcast(deps: CreateBroadcastDeps, input: ApiBroadcast): Promise<BroadcastMessage> {
  const { apiKeyId, ...fields } = input;
  requireShortText(input.reference, 'reference');
  if (input.capEvent !== null) requireShortText(input.capEvent, 'cap_event');
  return storeBroadcast(deps, {
    ...fields,
    areas: readAreas(input.areas),
    templateId: null,
    templateVersion: null,
    personalisation: null,
    status: 'pending-approval' satisfies BroadcastStatus,
    startsAt: null,
    finishesAt: null,
    createdById: null,
    createdByApiKeyId: apiKeyId,
  });
}

async function storeBroadcast(
  { db, clock, ids, secretBox }: CreateBroadcastDeps,
  message: Omit<Parameters<typeof insertBroadcastMessage>[2], 'id' | 'createdAt'>,
): Promise<BroadcastMessage> {
  const id = ids.uuid();
  await insertBroadcastMessage(db, secretBox, { ...message, id, createdAt: clock.now() });
  const stored = await findBroadcastMessage(db, secretBox, { serviceId: message.serviceId, id });
  if (stored === null) throw noSuchBroadcast();
  return stored;
}

/** @throws AppError VALIDATION_FAILED; an empty text, or one that the column has no place for */
function requireShortText(text: string, field: string): void {
  const problem = text === '' ? ' is too short' : [...text].length > referenceLimit ? `${text} is too long` : null;
  if (problem === null) return;
  const message = `${field} ${problem}`;
  throw new AppError('VALIDATION_FAILED', message, { details: { messages: [message] } });
}
