import { SQL } from 'sql-template-strings';
import type { Queryable } from '../db/database.ts';
import { updateVersioned } from '../db/versioned.ts';

/** Mode, and what goes with it; a service that is live already went live when it did. */
export async function saveBroadcastService(
  tx: Queryable,
  input: { serviceId: string; live: boolean; wasLive: boolean; organisationId: string | null },
  at: Date,
): Promise<void> {
  const { serviceId, live, wasLive, organisationId } = input;
  await updateVersioned(
    tx,
    'services',
    serviceId,
    {
      count_as_live: false,
      restricted: !live,
      ...(live ? !wasLive && { go_live_at: at } : { go_live_at: null }),
      ...(organisationId !== null && { organisation_id: organisationId }),
    },
    at,
  );
}

/** Leaves every member with nothing but a look at what happens. */
export async function cutMemberPermissions(
  tx: Queryable,
  serviceId: string,
  newId: () => string,
  at: Date,
): Promise<void> {
  await tx.query(SQL`DELETE FROM permissions WHERE service_id = ${serviceId}`);
  const { rows } = await tx.query<{ userId: string }>(
    SQL`SELECT user_id AS "userId" FROM user_to_service WHERE service_id = ${serviceId}`,
  );
  await tx.query(SQL`INSERT INTO permissions (id, service_id, user_id, permission, created_at)
    SELECT id, ${serviceId}, user_id, 'view_activity', ${at}
    FROM unnest(${rows.map(newId)}::uuid[], ${rows.map(({ userId }) => userId)}::uuid[]) AS given (id, user_id)`);
}
