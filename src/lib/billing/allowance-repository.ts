import { SQL } from 'sql-template-strings';
import { financialYearDays } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import type { Allowance, AllowanceBasis } from './allowance.ts';

/** What a type of organisation gets in a year, both as SQL; a service without a type counts as another one. */
function defaultOf(organisationType: string, year: string): string {
  return `coalesce((SELECT d.allowance FROM default_annual_allowance d
    WHERE d.organisation_type = coalesce(${organisationType}, 'other') AND d.notification_type = 'sms'
      AND d.valid_from_financial_year_start <= ${year}
    ORDER BY d.valid_from_financial_year_start DESC LIMIT 1), 0)`;
}

/** What a service gets by its type of organisation. */
export async function findDefaultLimit(
  db: Queryable,
  { serviceId, year }: { serviceId: string; year: number },
): Promise<number> {
  const { rows } = await db.query<{ limit: number }>({
    text: `SELECT ${defaultOf('s.organisation_type', '$2')} AS limit FROM services s WHERE s.id = $1`,
    values: [serviceId, year],
  });
  return rows[0]?.limit ?? 0;
}

const columns = `service_id AS "serviceId", financial_year_start AS year, free_sms_fragment_limit AS limit,
  high_volume_service_last_year AS "isHighVolume", has_custom_allowance AS "isCustom"`;

export async function findAllowance(
  db: Queryable,
  { serviceId, year }: { serviceId: string; year: number },
): Promise<Allowance | null> {
  const { rows } = await db.query<Allowance>({
    text: `SELECT ${columns} FROM annual_billing WHERE service_id = $1 AND financial_year_start = $2`,
    values: [serviceId, year],
  });
  return rows[0] ?? null;
}

/** Which services have no allowance of a year yet. */
export interface MissingAllowances {
  readonly year: number;
  /** Null: all that are active or sent messages in that year. */
  readonly serviceId: string | null;
  /** Only services with a greater id. */
  readonly after: string | null;
  readonly limit: number;
}

/** Services without an allowance, in the order of their ids, and what it depends on. */
export async function listMissingAllowances(db: Queryable, missing: MissingAllowances): Promise<AllowanceBasis[]> {
  const { year, serviceId, after, limit } = missing;
  const [days, daysBefore] = [financialYearDays(year), financialYearDays(year - 1)];
  const { rows } = await db.query<AllowanceBasis>({
    text: `SELECT s.id AS "serviceId", ${defaultOf('s.organisation_type', '$1')} AS "defaultLimit",
        (SELECT coalesce(sum(f.billable_units * f.rate_multiplier), 0)::bigint FROM ft_billing f
          WHERE f.service_id = s.id AND f.notification_type = 'sms' AND f.bst_date BETWEEN $4::date AND $5::date)
          AS "unitsLastYear",
        (SELECT b.free_sms_fragment_limit FROM annual_billing b
          WHERE b.service_id = s.id AND b.financial_year_start = $1 - 1 AND b.has_custom_allowance) AS "customLimitLastYear"
      FROM services s
      WHERE NOT EXISTS (SELECT FROM annual_billing b WHERE b.service_id = s.id AND b.financial_year_start = $1)
        AND CASE WHEN $6::uuid IS NULL THEN s.active OR EXISTS (
            SELECT FROM ft_billing f WHERE f.service_id = s.id AND f.bst_date BETWEEN $2::date AND $3::date)
          ELSE s.id = $6 END
        AND ($7::uuid IS NULL OR s.id > $7)
      ORDER BY s.id LIMIT $8`,
    values: [year, days.first, days.last, daysBefore.first, daysBefore.last, serviceId, after, limit],
  });
  return rows;
}

/** Stores allowances of services that have none of that year; those that got one meanwhile keep it. */
export async function insertAllowances(
  tx: Queryable,
  allowances: readonly (Allowance & { readonly id: string })[],
  at: Date,
): Promise<void> {
  const values = <Value>(of: (allowance: Allowance & { readonly id: string }) => Value): Value[] => allowances.map(of);
  await tx.query(SQL`INSERT INTO annual_billing (id, service_id, financial_year_start, free_sms_fragment_limit,
      high_volume_service_last_year, has_custom_allowance, created_at)
    SELECT given.*, ${at} FROM unnest(${values(({ id }) => id)}::uuid[], ${values(({ serviceId }) => serviceId)}::uuid[],
      ${values(({ year }) => year)}::int[], ${values(({ limit }) => limit)}::int[],
      ${values(({ isHighVolume }) => isHighVolume)}::boolean[], ${values(({ isCustom }) => isCustom)}::boolean[]) AS given
    ON CONFLICT (service_id, financial_year_start) DO NOTHING`);
}

/** Changes the allowance that there is of a year. */
export async function saveLimit(
  tx: Queryable,
  { serviceId, year, limit, isCustom }: Pick<Allowance, 'serviceId' | 'year' | 'limit' | 'isCustom'>,
  at: Date,
): Promise<void> {
  await tx.query(SQL`UPDATE annual_billing
    SET free_sms_fragment_limit = ${limit}, has_custom_allowance = ${isCustom}, updated_at = ${at}
    WHERE service_id = ${serviceId} AND financial_year_start = ${year}`);
}

/** Gives a service the defaults of a year and those after it, but where one was set by hand or it used too much before. */
export async function restoreDefaults(
  tx: Queryable,
  { serviceId, year }: { serviceId: string; year: number },
  at: Date,
): Promise<void> {
  const limit = defaultOf('s.organisation_type', 'b.financial_year_start');
  await tx.query({
    text: `UPDATE annual_billing b SET free_sms_fragment_limit = ${limit}, updated_at = $3
      FROM services s
      WHERE s.id = b.service_id AND b.service_id = $1 AND b.financial_year_start >= $2
        AND NOT b.has_custom_allowance AND NOT b.high_volume_service_last_year
        AND b.free_sms_fragment_limit <> ${limit}`,
    values: [serviceId, year, at],
  });
}
