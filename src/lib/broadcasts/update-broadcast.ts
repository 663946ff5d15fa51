import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database, Queryable } from '../db/database.ts';
import { requireBroadcastLength } from './broadcast-content.ts';
import { findBroadcastMessage, saveBroadcastMessage, type BroadcastChanges } from './broadcast-message-repository.ts';
import { editableStatuses, noSuchBroadcast, type BroadcastAreas, type BroadcastMessage } from './broadcast-message.ts';
import { fillBroadcastTemplate } from './fill-broadcast-template.ts';
import { readAreas } from './read-areas.ts';

/** What changes; what is left out stays. */
export interface UpdateBroadcastInput {
  readonly serviceId: string;
  readonly id: string;
  readonly personalisation?: JsonObject;
  readonly startsAt?: Date | null;
  readonly finishesAt?: Date | null;
  readonly areas?: BroadcastAreas;
}

/**
 * Changes a broadcast that is not broadcast yet (broadcasts sheet §11). With other values the text is made again from
 * the version of the template that it was made from.
 *
 * @throws AppError NOT_FOUND; BROADCAST_REFUSED in a status that allows no changes, or for half of the areas;
 *   VALIDATION_FAILED, REQUEST_INVALID as `createBroadcast`
 */
export async function updateBroadcast(
  { db, clock, secretBox }: { db: Database; clock: Clock; secretBox: SecretBox },
  input: UpdateBroadcastInput,
): Promise<BroadcastMessage> {
  return db.transaction(async (tx) => {
    const message = await findBroadcastMessage(tx, secretBox, input, { lock: true });
    if (message === null) throw noSuchBroadcast();
    const { id, status } = message;
    if (!editableStatuses.includes(status))
      throw new AppError('BROADCAST_REFUSED', `Cannot update broadcast_message ${id} while it has status ${status}`);
    if (input.areas !== undefined && (input.areas.ids === undefined) !== (input.areas.simple_polygons === undefined)) {
      throw new AppError(
        'BROADCAST_REFUSED',
        `Cannot update broadcast_message ${id}, area IDs or polygons are missing.`,
      );
    }
    const { startsAt, finishesAt, areas } = input;
    const changes: BroadcastChanges = {
      ...(startsAt !== undefined && { startsAt }),
      ...(finishesAt !== undefined && { finishesAt }),
      ...(areas !== undefined && { areas: readAreas(areas) }),
      ...(await textOf({ db: tx }, message, input.personalisation)),
    };
    await saveBroadcastMessage(tx, secretBox, input, changes, clock.now());
    return (await findBroadcastMessage(tx, secretBox, input))!;
  });
}

async function textOf(
  { db }: { db: Queryable },
  { serviceId, templateId, templateVersion }: BroadcastMessage,
  personalisation: JsonObject | undefined,
): Promise<BroadcastChanges> {
  // Without a template there is nothing that values could change.
  if (personalisation === undefined || templateId === null || templateVersion === null) return {};
  const version = templateVersion;
  const { content } = await fillBroadcastTemplate({ db }, { serviceId, templateId, version, personalisation });
  requireBroadcastLength(content, 'Content');
  return { personalisation, content };
}
