import type { Clock } from '../core/clock.ts';
import type { Database, Queryable } from '../db/database.ts';
import { archivedName } from './service-name.ts';
import { findService, lockService, saveService } from './service-repository.ts';
import type { Service } from './service.ts';
import { noSuchService } from './show-service.ts';

/** Something of another domain that goes with its service. */
export interface Belonging {
  readonly id: string;
  readonly name: string;
}

export interface BelongingKind {
  readonly kind: 'apiKeys' | 'templates';
  /** Those of a service that still count. */
  list(db: Queryable, serviceId: string): Promise<readonly Belonging[]>;
  retire(tx: Queryable, id: string, at: Date): Promise<void>;
}

export interface ArchivedService {
  readonly service: Service;
  readonly alreadyArchived: boolean;
  readonly retired: Readonly<Record<BelongingKind['kind'], readonly Belonging[]>>;
}

/**
 * Archives a service for good: it sends nothing any more, its keys are revoked, its templates archived and its name is
 * free again; all of it with history, in one transaction (admin API sheet §4.1). Doing it again changes nothing.
 *
 * @param input.dryRun only finds out what would go
 * @throws AppError NOT_FOUND
 */
export async function archiveService(
  { db, clock }: { db: Database; clock: Clock },
  input: { serviceId: string; belongings: readonly BelongingKind[]; dryRun?: boolean },
): Promise<ArchivedService> {
  return db.transaction(async (tx) => {
    const service = await lockService(tx, input.serviceId);
    if (service === null) throw noSuchService(input.serviceId);
    const retired = { apiKeys: [] as readonly Belonging[], templates: [] as readonly Belonging[] };
    if (!service.active) return { service, alreadyArchived: true, retired };
    for (const belongings of input.belongings) retired[belongings.kind] = await belongings.list(tx, service.id);
    if (input.dryRun === true) return { service, alreadyArchived: false, retired };

    const now = clock.now();
    for (const belongings of input.belongings) {
      for (const { id } of retired[belongings.kind]) await belongings.retire(tx, id, now);
    }
    const name = archivedName(service.name, now);
    await saveService(tx, service.id, { active: false, name, normalisedName: name }, now);
    return { service: (await findService(tx, service.id))!, alreadyArchived: false, retired };
  });
}
