import { AppError } from '../core/errors.ts';
import type { Queryable } from '../db/database.ts';
import type { BelongingKind } from './archive-service.ts';
import { cutMemberPermissions, saveBroadcastService } from './broadcast-service-repository.ts';
import { findService, lockService, replacePermissions } from './service-repository.ts';
import type { Service, ServicePermission } from './service.ts';
import { assertNotArchived, noSuchService } from './show-service.ts';

export interface BecomeBroadcastServiceInput {
  readonly serviceId: string;
  readonly mode: 'training' | 'live';
  /** The organisation that it joins; null = it stays where it is. */
  readonly organisationId: string | null;
  /** The kind that holds its keys, all of which are revoked. */
  readonly apiKeys: BelongingKind;
  readonly newId: () => string;
  readonly now: Date;
}

/**
 * Makes a service one that only broadcasts, in the caller's transaction, as a new version (broadcasts sheet §11): its
 * keys are revoked, its other permissions go, and its members may only look until they are given more.
 *
 * @throws AppError NOT_FOUND; REFUSED for an archived service
 */
export async function becomeBroadcastService(tx: Queryable, input: BecomeBroadcastServiceInput): Promise<Service> {
  const { serviceId, mode, organisationId, apiKeys, newId, now } = input;
  const service = await lockService(tx, serviceId);
  if (service === null) throw noSuchService(serviceId);
  assertNotArchived(service);
  const kept: ServicePermission[] = service.permissions.includes('email_auth') ? ['email_auth'] : [];
  await replacePermissions(tx, serviceId, ['broadcast', ...kept], now);
  await saveBroadcastService(
    tx,
    { serviceId, live: mode === 'live', wasLive: !service.restricted, organisationId },
    now,
  );
  await cutMemberPermissions(tx, serviceId, newId, now);
  for (const { id } of await apiKeys.list(tx, serviceId)) await apiKeys.retire(tx, id, now);
  const changed = await findService(tx, serviceId);
  if (changed === null) throw new AppError('INTERNAL', `Service ${serviceId} vanished while it was locked`);
  return changed;
}
