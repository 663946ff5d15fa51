import { SQL } from 'sql-template-strings';
import type { CalendarDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import type { Pounds } from './pounds.ts';
import type { ReportRange } from './report-range.ts';

/** Messages of a kind, and their units. */
export interface Volumes {
  readonly texts: number;
  readonly fragments: number;
  /** Fragments, times the multiplier of where they went. */
  readonly chargeableUnits: number;
  readonly emails: number;
  readonly letters: number;
  readonly sheets: number;
}

const volumes = `
  coalesce(sum(f.notifications_sent) FILTER (WHERE f.notification_type = 'sms'), 0)::bigint AS texts,
  coalesce(sum(f.billable_units) FILTER (WHERE f.notification_type = 'sms'), 0)::bigint AS fragments,
  coalesce(sum(f.billable_units * f.rate_multiplier) FILTER (WHERE f.notification_type = 'sms'), 0)::bigint
    AS "chargeableUnits",
  coalesce(sum(f.notifications_sent) FILTER (WHERE f.notification_type = 'email'), 0)::bigint AS emails,
  coalesce(sum(f.notifications_sent) FILTER (WHERE f.notification_type = 'letter'), 0)::bigint AS letters,
  coalesce(sum(f.billable_units) FILTER (WHERE f.notification_type = 'letter'), 0)::bigint AS sheets`;

export interface DayVolumes extends Volumes {
  readonly day: CalendarDate;
}

/** All messages by day; days without any are left out. */
export async function listDayVolumes(db: Queryable, { start, end }: ReportRange): Promise<DayVolumes[]> {
  const { rows } = await db.query<DayVolumes>({
    text: `SELECT f.bst_date::text AS day, ${volumes} FROM ft_billing f
      WHERE f.bst_date BETWEEN $1::date AND $2::date GROUP BY f.bst_date ORDER BY f.bst_date`,
    values: [start, end],
  });
  return rows;
}

export interface ProviderDay extends Pick<Volumes, 'texts' | 'fragments' | 'chargeableUnits'> {
  readonly day: CalendarDate;
  readonly provider: string;
  /** Before free allowances. */
  readonly cost: Pounds;
}

/** Texts by day and the provider that took them. */
export async function listProviderDays(db: Queryable, { start, end }: ReportRange): Promise<ProviderDay[]> {
  const { rows } = await db.query<ProviderDay>(SQL`
    SELECT bst_date::text AS day, provider, sum(notifications_sent)::bigint AS texts,
      sum(billable_units)::bigint AS fragments, sum(billable_units * rate_multiplier)::bigint AS "chargeableUnits",
      sum(billable_units * rate_multiplier * rate)::text AS cost
    FROM ft_billing WHERE notification_type = 'sms' AND bst_date BETWEEN ${start}::date AND ${end}::date
    GROUP BY bst_date, provider ORDER BY bst_date, provider`);
  return rows;
}

export interface DespatchedLetters {
  readonly day: CalendarDate;
  readonly postage: string;
  readonly costThreshold: string;
  /** Of each letter. */
  readonly sheets: number;
  readonly rate: Pounds;
  readonly letters: number;
}

/** Letters by the day on which the printer despatched them. */
export async function listDespatchedLetters(db: Queryable, { start, end }: ReportRange): Promise<DespatchedLetters[]> {
  const { rows } = await db.query<DespatchedLetters>(SQL`
    SELECT bst_date::text AS day, postage, cost_threshold AS "costThreshold", billable_units AS sheets, rate::text,
      notifications_sent AS letters
    FROM ft_billing_letter_despatch f WHERE bst_date BETWEEN ${start}::date AND ${end}::date
    ORDER BY bst_date, postage, cost_threshold, billable_units, f.rate`);
  return rows;
}

/** A service as reports name it. */
export interface ReportedService {
  readonly serviceId: string;
  readonly serviceName: string;
  readonly organisationId: string | null;
  readonly organisationName: string | null;
}

const reportedService = `s.id AS "serviceId", s.name AS "serviceName", s.organisation_id AS "organisationId",
  o.name AS "organisationName"`;
const services = 'services s LEFT JOIN organisation o ON o.id = s.organisation_id';
const byOrganisation = 'ORDER BY o.name NULLS LAST, s.name, s.id';

export interface ServiceVolumes extends Volumes, ReportedService {
  readonly freeAllowance: number;
  readonly letterCost: Pounds;
}

/** Live services, and others that sent messages, with the allowance of a financial year. */
export async function listServiceVolumes(
  db: Queryable,
  { start, end, year }: ReportRange & { readonly year: number },
): Promise<ServiceVolumes[]> {
  const { rows } = await db.query<ServiceVolumes>({
    text: `WITH sent AS (
        SELECT f.service_id, ${volumes},
          coalesce(sum(f.notifications_sent * f.rate) FILTER (WHERE f.notification_type = 'letter'), 0)::text AS cost
        FROM ft_billing f WHERE f.bst_date BETWEEN $1::date AND $2::date GROUP BY f.service_id)
      SELECT ${reportedService}, coalesce(b.free_sms_fragment_limit, 0) AS "freeAllowance",
        coalesce(sent.texts, 0) AS texts, coalesce(sent.fragments, 0) AS fragments,
        coalesce(sent."chargeableUnits", 0) AS "chargeableUnits", coalesce(sent.emails, 0) AS emails,
        coalesce(sent.letters, 0) AS letters, coalesce(sent.sheets, 0) AS sheets, coalesce(sent.cost, '0') AS "letterCost"
      FROM ${services}
      LEFT JOIN sent ON sent.service_id = s.id
      LEFT JOIN annual_billing b ON b.service_id = s.id AND b.financial_year_start = $3
      WHERE sent.service_id IS NOT NULL OR (s.active AND NOT s.restricted AND s.count_as_live)
      ${byOrganisation}`,
    values: [start, end, year],
  });
  return rows;
}

export interface BilledService extends ReportedService {
  readonly freeAllowance: number;
  readonly purchaseOrderNumber: string | null;
  readonly contactNames: string | null;
  readonly contactEmailAddresses: string | null;
  readonly billingReference: string | null;
}

/** These services, with whom their bills go to and the allowance of a financial year. */
export async function listBilledServices(
  db: Queryable,
  { ids, year }: { ids: readonly string[]; year: number },
): Promise<BilledService[]> {
  const { rows } = await db.query<BilledService>({
    text: `SELECT ${reportedService}, coalesce(b.free_sms_fragment_limit, 0) AS "freeAllowance",
        s.purchase_order_number AS "purchaseOrderNumber", s.billing_contact_names AS "contactNames",
        s.billing_contact_email_addresses AS "contactEmailAddresses", s.billing_reference AS "billingReference"
      FROM ${services}
      LEFT JOIN annual_billing b ON b.service_id = s.id AND b.financial_year_start = $2
      WHERE s.id = ANY ($1::uuid[]) ${byOrganisation}`,
    values: [[...ids], year],
  });
  return rows;
}
