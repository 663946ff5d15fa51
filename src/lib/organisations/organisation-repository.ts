import { SQL, type SQLStatement } from 'sql-template-strings';
import { AppError } from '../core/errors.ts';
import { violatedConstraint, type Queryable } from '../db/database.ts';
import {
  organisationDetailColumns,
  type Organisation,
  type OrganisationChanges,
  type OrganisationDetails,
} from './organisation.ts';

type Row = Omit<Organisation, 'details'> & OrganisationDetails;

const selectOrganisations = `SELECT o.id, o.name, o.active, o.crown, o.organisation_type AS "organisationType",
    ${organisationDetailColumns.map((column) => `o.${column}`).join(', ')},
    ARRAY(SELECT d.domain FROM domain d WHERE d.organisation_id = o.id ORDER BY d.domain) AS domains,
    (SELECT count(*)::integer FROM services s WHERE s.organisation_id = o.id
      AND s.active AND NOT s.restricted AND s.count_as_live) AS "countOfLiveServices",
    o.created_at AS "createdAt", o.updated_at AS "updatedAt"
  FROM organisation o`;

export async function findOrganisation(db: Queryable, id: string): Promise<Organisation | null> {
  return (await select(db, SQL` WHERE o.id = ${id}`))[0] ?? null;
}

export async function findOrganisationOfService(db: Queryable, serviceId: string): Promise<Organisation | null> {
  const [found] = await select(db, SQL` JOIN services own ON own.organisation_id = o.id WHERE own.id = ${serviceId}`);
  return found ?? null;
}

/** Active ones first, each by name. */
export async function listOrganisations(
  db: Queryable,
  { active = null, userId = null }: { active?: boolean | null; userId?: string | null } = {},
): Promise<Organisation[]> {
  return select(
    db,
    SQL` WHERE (${active}::boolean IS NULL OR o.active = ${active})
      AND (${userId}::uuid IS NULL OR EXISTS (SELECT FROM user_to_organisation uo
        WHERE uo.organisation_id = o.id AND uo.user_id = ${userId}))
    ORDER BY o.active DESC, o.name, o.id`,
  );
}

/** The organisation with the longest of these domains. */
export async function findOrganisationByDomains(
  db: Queryable,
  domains: readonly string[],
): Promise<Organisation | null> {
  const [found] = await select(
    db,
    SQL` JOIN domain own ON own.organisation_id = o.id
    WHERE own.domain = ANY (${domains}) ORDER BY length(own.domain) DESC LIMIT 1`,
  );
  return found ?? null;
}

async function select(db: Queryable, rest: SQLStatement): Promise<Organisation[]> {
  const { rows } = await db.query<Row>(SQL``.append(selectOrganisations).append(rest));
  return rows.map((row) => {
    const { id, name, active, crown, organisationType, domains, countOfLiveServices, createdAt, updatedAt } = row;
    const details = Object.fromEntries(organisationDetailColumns.map((column) => [column, row[column]]));
    return {
      ...{ id, name, active, crown, organisationType, domains, countOfLiveServices, createdAt, updatedAt },
      details: details as OrganisationDetails,
    };
  });
}

/** The row locked until the transaction ends: changes of one organisation follow each other. Null: there is none. */
export async function lockOrganisation(tx: Queryable, id: string): Promise<Organisation | null> {
  await tx.query(SQL`SELECT FROM organisation WHERE id = ${id} FOR NO KEY UPDATE`);
  return findOrganisation(tx, id);
}

/** @throws AppError CONFLICT for a name that another one has */
export async function insertOrganisation(
  tx: Queryable,
  { id, changes, at }: { id: string; changes: OrganisationChanges & { readonly name: string }; at: Date },
): Promise<void> {
  const columns = { id, ...columnsOf(changes), created_at: at };
  const names = Object.keys(columns);
  const places = names.map((_, index) => `$${index + 1}`);
  await inWords(() =>
    tx.query({
      text: `INSERT INTO organisation (${names.join(', ')}) VALUES (${places.join(', ')})`,
      values: Object.values(columns),
    }),
  );
}

/** @throws AppError CONFLICT for a name that another one has */
export async function saveOrganisation(
  tx: Queryable,
  { id, changes, at }: { id: string; changes: OrganisationChanges; at: Date },
): Promise<void> {
  const columns = { ...columnsOf(changes), updated_at: at };
  const assignments = Object.keys(columns).map((name, index) => `${name} = $${index + 2}`);
  await inWords(() =>
    tx.query({
      text: `UPDATE organisation SET ${assignments.join(', ')} WHERE id = $1`,
      values: [id, ...Object.values(columns)],
    }),
  );
}

/** The whole list. @throws AppError CONFLICT for a domain that another organisation has */
export async function replaceDomains(tx: Queryable, id: string, domains: readonly string[]): Promise<void> {
  await tx.query(SQL`DELETE FROM domain WHERE organisation_id = ${id} AND domain <> ALL (${domains}::text[])`);
  await inWords(() =>
    tx.query(SQL`INSERT INTO domain (domain, organisation_id)
      SELECT domain, ${id} FROM unnest(${domains}::text[]) AS given (domain)
      WHERE NOT EXISTS (SELECT FROM domain d WHERE d.domain = given.domain AND d.organisation_id = ${id})`),
  );
}

/** Services of an organisation; active ones first, each by name. */
export async function listServicesOfOrganisation(db: Queryable, id: string): Promise<OrganisationService[]> {
  const { rows } = await db.query<OrganisationService>(SQL`SELECT id, name, active, restricted FROM services
    WHERE organisation_id = ${id} ORDER BY active DESC, name, id`);
  return rows;
}

export interface OrganisationService {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
  readonly restricted: boolean;
}

/** False: the user was there already. */
export async function insertOrganisationUser(
  tx: Queryable,
  { organisationId, userId }: { organisationId: string; userId: string },
): Promise<boolean> {
  const { rowCount } = await tx.query(SQL`INSERT INTO user_to_organisation (organisation_id, user_id)
    VALUES (${organisationId}, ${userId}) ON CONFLICT DO NOTHING`);
  return rowCount === 1;
}

/** Takes a user out of an organisation, or everybody out of it, or a user out of all. Returns how many rows went. */
export async function deleteOrganisationUsers(
  tx: Queryable,
  { organisationId = null, userId = null }: { organisationId?: string | null; userId?: string | null },
): Promise<number> {
  const { rowCount } = await tx.query(SQL`DELETE FROM user_to_organisation
    WHERE (${organisationId}::uuid IS NULL OR organisation_id = ${organisationId})
      AND (${userId}::uuid IS NULL OR user_id = ${userId})`);
  return rowCount ?? 0;
}

function columnsOf({ organisationType, details, ...columns }: OrganisationChanges): Record<string, unknown> {
  return { ...columns, ...(organisationType !== undefined && { organisation_type: organisationType }), ...details };
}

const takenNames: Readonly<Record<string, string>> = {
  organisation_name_key: 'Organisation name already exists',
  domain_pkey: 'Domain already exists',
};

async function inWords(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    const message = takenNames[violatedConstraint(error) ?? ''];
    if (message === undefined) throw error;
    throw new AppError('CONFLICT', message, { cause: error });
  }
}
