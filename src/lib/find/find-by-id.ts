import { AppError } from '../core/errors.ts';
import type { Queryable } from '../db/database.ts';
import { findables } from './findable.ts';
import { findRow, type FoundRow } from './find-repository.ts';

export interface Found {
  readonly id: string;
  readonly type: string;
  /** What tells it from others; never secrets, contents or recipients of messages. */
  readonly facts: FoundRow;
  /** The command that shows more, where there is one. */
  readonly command: string | null;
}

/**
 * Says what an id is the id of. One look-up by primary key in each table, whatever their size.
 *
 * @throws AppError NOT_FOUND
 */
export async function findById({ db }: { db: Queryable }, id: string): Promise<Found> {
  for (const findable of findables) {
    const facts = await findRow(db, findable, id);
    if (facts === null) continue;
    const serviceId = facts['service_id'];
    const command = findable.command?.replace('ID', id).replace('SERVICE', String(serviceId ?? 'SERVICE'));
    return { id, type: findable.type, facts, command: command ?? null };
  }
  throw new AppError('NOT_FOUND', `Nothing has the id '${id}'`, {
    hint: 'Messages to the simulated recipients are never stored; received texts and files are deleted after a while.',
  });
}
