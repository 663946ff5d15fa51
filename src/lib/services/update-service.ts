import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Database } from '../db/database.ts';
import { describeTakenName, readServiceName } from './service-name.ts';
import {
  findService,
  lockService,
  replacePermissions,
  saveService,
  type ServiceChanges,
} from './service-repository.ts';
import { liveLimits, readServicePermissions, trialLimits, type Service, type ServicePermission } from './service.ts';
import { assertNotArchived, noSuchService } from './show-service.ts';

/** What changes; what is left out stays. */
export interface UpdateServiceInput {
  serviceId: string;
  name?: string;
  /** False = back to trial mode. */
  live?: boolean;
  rateLimit?: number;
  emailLimit?: number;
  smsLimit?: number;
  letterLimit?: number;
  internationalSmsLimit?: number;
  contactLink?: string | null;
  prefixSms?: boolean;
  /** The name that emails come from, instead of the service's. */
  emailSenderName?: string | null;
  /** The whole list. */
  permissions?: readonly string[];
  addPermissions?: readonly string[];
  removePermissions?: readonly string[];
}

/** What of a service an update changed. */
export type ChangedField = keyof Service & (keyof ServiceChanges | 'permissions');

/**
 * Changes settings of a service as a new version (admin API sheet §4.1); what is so already makes none. Going live
 * raises the daily limits that are not given to those of live services, going back to trial mode lowers them.
 *
 * @throws AppError NOT_FOUND; REFUSED for an archived service; USAGE_INVALID for a name or link that cannot be used;
 *   VALIDATION_FAILED for a wrong permission; CONFLICT when the name, or the address that it makes, is taken
 */
export async function updateService(
  { db, clock }: { db: Database; clock: Clock },
  input: UpdateServiceInput,
): Promise<{ service: Service; changed: ChangedField[] }> {
  const serviceName = input.name === undefined ? null : readServiceName(input.name);
  try {
    return await db.transaction(async (tx) => {
      const service = await lockService(tx, input.serviceId);
      if (service === null) throw noSuchService(input.serviceId);
      assertNotArchived(service);
      const wanted = { ...namesOf(input, service), ...modeOf(input, service), ...settingsOf(input) };
      const changes = Object.fromEntries(
        Object.entries(wanted).filter(([field, value]) => service[field as keyof Service] !== value),
      ) as ServiceChanges;
      const permissions = permissionsOf(input, service.permissions);
      const changed = Object.keys(changes) as ChangedField[];
      if (permissions !== null) changed.push('permissions');
      if (changed.length === 0) return { service, changed };

      const now = clock.now();
      if (permissions !== null) await replacePermissions(tx, service.id, permissions, now);
      await saveService(
        tx,
        service.id,
        {
          // Permissions are no columns: a change of theirs alone is a version all the same.
          active: service.active,
          ...changes,
          ...(changes.name !== undefined && serviceName !== null && { normalisedName: serviceName.localPart }),
          ...(changes.restricted !== undefined && {
            goLiveAt: changes.restricted ? null : now,
            hasActiveGoLiveRequest: false,
          }),
        },
        now,
      );
      return { service: (await findService(tx, service.id))!, changed };
    });
  } catch (error) {
    throw (serviceName && describeTakenName(error, serviceName)) ?? error;
  }
}

/** The name, the sender's name, and the address that the latter of them makes. */
function namesOf({ name, emailSenderName }: UpdateServiceInput, service: Service): Partial<Service> {
  if (name === undefined && emailSenderName === undefined) return {};
  const senderName = emailSenderName === undefined ? service.customEmailSenderName : emailSenderName;
  const serviceName = readServiceName(name ?? service.name);
  const sender = senderName === null ? serviceName : readServiceName(senderName, 'the sender of emails');
  return {
    name: serviceName.name,
    customEmailSenderName: senderName === null ? null : sender.name,
    emailSenderLocalPart: sender.localPart,
  };
}

function modeOf({ live }: UpdateServiceInput, service: Service): Partial<Service> {
  if (live === undefined || live === !service.restricted) return {};
  const limits = live ? liveLimits : trialLimits;
  const limit = live ? Math.max : Math.min;
  return {
    restricted: !live,
    emailMessageLimit: limit(service.emailMessageLimit, limits.email),
    smsMessageLimit: limit(service.smsMessageLimit, limits.sms),
    letterMessageLimit: limit(service.letterMessageLimit, limits.letter),
    internationalSmsMessageLimit: limit(service.internationalSmsMessageLimit, limits.internationalSms),
  };
}

function settingsOf(input: UpdateServiceInput): Partial<Service> {
  if ((input.contactLink ?? '').length > 255) {
    throw new AppError('USAGE_INVALID', `'${input.contactLink}' cannot be the contact link: expected 255 characters`);
  }
  const settings = {
    rateLimit: input.rateLimit,
    emailMessageLimit: input.emailLimit,
    smsMessageLimit: input.smsLimit,
    letterMessageLimit: input.letterLimit,
    internationalSmsMessageLimit: input.internationalSmsLimit,
    contactLink: input.contactLink,
    prefixSms: input.prefixSms,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** The permissions afterwards, or null when they stay as they are. */
function permissionsOf(
  { permissions, addPermissions = [], removePermissions = [] }: UpdateServiceInput,
  before: readonly ServicePermission[],
): ServicePermission[] | null {
  const added = readServicePermissions(addPermissions);
  const removed = new Set<string>(readServicePermissions(removePermissions));
  const both = added.find((name) => removed.has(name));
  if (both !== undefined)
    throw new AppError('USAGE_INVALID', `'${both}' is both to be added and to be removed: expected one of them`);
  const after = new Set(
    [...(permissions === undefined ? before : readServicePermissions(permissions)), ...added].filter(
      (name) => !removed.has(name),
    ),
  );
  return after.size === before.length && before.every((name) => after.has(name)) ? null : [...after];
}
