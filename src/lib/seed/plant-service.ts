import type { Clock } from '../core/clock.ts';
import { given } from '../core/given.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import { addTeamMembers } from '../services/add-team-members.ts';
import { changeGuestList } from '../services/change-guest-list.ts';
import { createService } from '../services/create-service.ts';
import { findServiceById } from '../services/show-service.ts';
import { updateService } from '../services/update-service.ts';
import type { Outcome } from './planting.ts';
import type { SeedService } from './seed.ts';

/** Makes a service with its settings, its team and its guest list; to the last two, entries are only added. */
export async function plantService(
  deps: { db: Database; clock: Clock; ids: Ids },
  seed: SeedService,
): Promise<Outcome> {
  const { id, name } = seed;
  const existing = await findServiceById(deps, id);
  if (existing?.active === false) return 'gone';
  if (existing === null) {
    const [smsSender] = seed.senders.filter(({ type }) => type === 'sms');
    await createService(deps, {
      id,
      name,
      live: seed.live ?? true,
      ...given({ contactLink: seed.contactLink, prefixSms: seed.prefixSms, permissions: seed.permissions }),
      ...(smsSender !== undefined && { smsSender: smsSender.value, smsSenderId: smsSender.id }),
    });
  }
  const { changed } = await updateService(deps, {
    serviceId: id,
    name,
    ...given({
      live: seed.live,
      permissions: seed.permissions,
      contactLink: seed.contactLink,
      prefixSms: seed.prefixSms,
      emailSenderName: seed.emailSenderName,
      rateLimit: seed.rateLimit,
      emailLimit: seed.emailLimit,
      smsLimit: seed.smsLimit,
      letterLimit: seed.letterLimit,
      internationalSmsLimit: seed.internationalSmsLimit,
    }),
  });
  const hasNewMembers = await addTeamMembers(deps, { serviceId: id, userIds: seed.team });
  const { isChanged: hasNewGuests } = await changeGuestList(deps, { serviceId: id, add: seed.guestList });
  if (existing === null) return 'created';
  return changed.length > 0 || hasNewMembers || hasNewGuests ? 'changed' : 'unchanged';
}
