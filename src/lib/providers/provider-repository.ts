import type { Queryable } from '../db/database.ts';
import { insertVersioned, updateVersioned } from '../db/versioned.ts';
import type { NotificationType } from '../notifications/notification.ts';
import type { Provider } from './provider.ts';

interface ProviderRow {
  id: string;
  display_name: string;
  identifier: string;
  priority: number;
  notification_type: NotificationType;
  active: boolean;
  supports_international: boolean;
  version: number;
  updated_at: Date | null;
  created_by_id: string | null;
}

// Columns are named: a prepared `SELECT *` fails in running processes as soon as a migration adds a column.
const columns = `id, display_name, identifier, priority, notification_type, active, supports_international, version, updated_at,
  created_by_id`;

export async function listProviders(db: Queryable, type: NotificationType | null = null): Promise<Provider[]> {
  const { rows } = await db.query<ProviderRow>({
    name: 'list_providers',
    text: `SELECT ${columns} FROM provider_details WHERE $1::notification_type IS NULL OR notification_type = $1
      ORDER BY notification_type, priority DESC, identifier`,
    values: [type],
  });
  return rows.map(toProvider);
}

/** `listProviders` of sms and email under row locks. */
export async function lockProviders(tx: Queryable): Promise<Provider[]> {
  const { rows } = await tx.query<ProviderRow>(
    `SELECT ${columns} FROM provider_details WHERE notification_type IN ('sms', 'email') ORDER BY notification_type, identifier FOR UPDATE`,
  );
  return rows.map(toProvider);
}

/** `listProviders` of all types under row locks. */
export async function lockAllProviders(tx: Queryable): Promise<Provider[]> {
  const { rows } = await tx.query<ProviderRow>(
    `SELECT ${columns} FROM provider_details ORDER BY notification_type, identifier FOR UPDATE`,
  );
  return rows.map(toProvider);
}

/** The active providers of text messages under row locks: whoever moves shares waits for whoever moves them now. */
export async function lockActiveSmsProviders(tx: Queryable): Promise<Provider[]> {
  const { rows } = await tx.query<ProviderRow>(
    `SELECT ${columns} FROM provider_details WHERE notification_type = 'sms' AND active ORDER BY identifier FOR UPDATE`,
  );
  return rows.map(toProvider);
}

export interface ProviderChanges {
  readonly active?: boolean;
  readonly priority?: number;
  readonly supportsInternational?: boolean;
  readonly reason: string;
  readonly createdById: string;
}

/** Changes a row as a new version with its history. */
export async function updateProvider(tx: Queryable, id: string, changes: ProviderChanges, at: Date): Promise<void> {
  await updateVersioned(
    tx,
    'provider_details',
    id,
    {
      reason: changes.reason,
      created_by_id: changes.createdById,
      ...(changes.active !== undefined && { active: changes.active }),
      ...(changes.priority !== undefined && { priority: changes.priority }),
      ...(changes.supportsInternational !== undefined && { supports_international: changes.supportsInternational }),
    },
    at,
  );
}

/** Adds a provider that no migration knows. */
export async function insertProvider(
  tx: Queryable,
  provider: Omit<Provider, 'version' | 'updatedAt' | 'createdById'> & { readonly createdById: string },
  { at, reason }: { at: Date; reason: string },
): Promise<void> {
  await insertVersioned(tx, 'provider_details', {
    id: provider.id,
    display_name: provider.displayName,
    identifier: provider.identifier,
    priority: provider.priority,
    notification_type: provider.notificationType,
    active: provider.active,
    supports_international: provider.supportsInternational,
    reason,
    created_by_id: provider.createdById,
    created_at: at,
  });
}

/** Why providers became active or inactive last, by id; one that never changed is not among them. */
export async function lastActivationReasons(db: Queryable): Promise<ReadonlyMap<string, string | null>> {
  const { rows } = await db.query<{ id: string; reason: string | null }>(
    `SELECT DISTINCT ON (id) id, reason
     FROM (SELECT id, version, reason, active, lag(active) OVER (PARTITION BY id ORDER BY version) AS was
           FROM provider_details_history) history
     WHERE active <> was ORDER BY id, version DESC`,
  );
  return new Map(rows.map(({ id, reason }) => [id, reason]));
}

function toProvider(row: ProviderRow): Provider {
  return {
    id: row.id,
    displayName: row.display_name,
    identifier: row.identifier,
    priority: row.priority,
    notificationType: row.notification_type,
    active: row.active,
    supportsInternational: row.supports_international,
    version: row.version,
    updatedAt: row.updated_at,
    createdById: row.created_by_id,
  };
}
