import { londonDay, type CalendarDate } from '../core/london-time.ts';
import type { NotificationType } from '../notifications/notification.ts';
import { billableStatuses, billingTypes } from './billing-fact.ts';
import { letterRatesAt, smsRateAt } from './rate-repository.ts';

/** Which messages, or facts, of a day. */
export interface BillingScope {
  readonly day: CalendarDate;
  /** Null: of all services. */
  readonly serviceId: string | null;
  readonly types: readonly NotificationType[];
  /** Services that are left as they are. */
  readonly except: readonly string[];
}

type Table = 'n' | 'h';

/** The values of `scopeCondition`, the first ones of every statement about a scope. */
export function scopeValues({ day, types, except, serviceId }: BillingScope): unknown[] {
  return [day, [...types], [...except], serviceId];
}

/** The scope without its day, as a condition on the table of this name in the statement. */
export function scopeCondition({ serviceId }: BillingScope, table: string): string {
  // Of all services, the value has to stand somewhere nevertheless.
  const ofService = serviceId === null ? '$4::uuid IS NULL' : `${table}.service_id = $4`;
  return `${table}.notification_type = ANY($2::notification_type[]) AND ${table}.service_id <> ALL($3::uuid[]) AND ${ofService}`;
}

/** The values of `pricedMessages`. */
export function messageValues(scope: BillingScope): unknown[] {
  const { start, end } = londonDay(scope.day);
  return [...scopeValues(scope), start, end];
}

const [start, end] = ['$5', '$6'];

/**
 * The billable messages of a day, of both tables, by all that their price depends on (data sheet §5.1): common table
 * expressions, of which `priced` has the columns of the facts, `sheets` and `crown`. Its `rate` is null where there is none.
 */
export function pricedMessages(scope: BillingScope): string {
  return `letter_prices AS (${letterRatesAt(start)}),
    counted AS (${countedMessages(scope)}),
    priced AS MATERIALIZED (
      SELECT c.template_id, c.service_id, c.notification_type, c.provider, c.rate_multiplier, c.international, c.postage, c.sheets,
        coalesce(s.crown, true) AS crown, c.sheets * c.count AS billable_units, c.count AS notifications_sent,
        CASE WHEN c.notification_type = 'email' THEN 0 WHEN c.notification_type = 'sms' THEN ${smsRateAt(start)}
          WHEN c.sheets = 0 THEN 0 ELSE l.rate END AS rate
      FROM counted c
      JOIN services s ON s.id = c.service_id
      LEFT JOIN letter_prices l ON c.notification_type = 'letter' AND l.post_class = c.postage AND l.sheet_count = c.sheets
        AND l.crown = coalesce(s.crown, true))`;
}

/**
 * One that is in both tables counts once, as `notifications` has it: what is in both is counted by itself and taken off, a
 * join that comes out empty, which an anti-join never does.
 */
function countedMessages(scope: BillingScope): string {
  const ofDay = (table: Table): string => `${table}.created_at >= ${start} AND ${table}.created_at < ${end}
    AND ${table}.key_type IN ('normal', 'team') AND ${scopeCondition(scope, table)}`;
  const select = (table: Table, count: string, from: string, where: string): string =>
    `SELECT ${columnsOf(table)}, ${count} AS count FROM ${from} WHERE ${where} AND ${isBillable(table)}
      GROUP BY 1, 2, 3, 4, 5, 6, 7, 8`;
  const both = 'notification_history h JOIN notifications n USING (id)';
  return `SELECT template_id, service_id, notification_type, provider, rate_multiplier, international, postage, sheets,
      sum(count)::bigint AS count
    FROM (${select('n', 'count(*)', 'notifications n', ofDay('n'))}
      UNION ALL ${select('h', 'count(*)', 'notification_history h', ofDay('h'))}
      UNION ALL ${select('h', '-count(*)', both, `${ofDay('h')} AND ${ofDay('n')}`)}
    ) AS messages GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING sum(count) > 0`;
}

/** `sheets` are the units of one message. */
function columnsOf(table: Table): string {
  const byType = (sms: string, letter: string, email: string): string =>
    `CASE ${table}.notification_type WHEN 'sms' THEN ${sms} WHEN 'letter' THEN ${letter} ELSE ${email} END`;
  const multiplier = `coalesce(${table}.rate_multiplier, 1)::int`;
  return `${table}.template_id, ${table}.service_id, ${table}.notification_type,
    ${byType(`coalesce(${table}.sent_by, 'unknown')`, `'dvla'`, `'ses'`)} AS provider,
    ${byType(multiplier, multiplier, '0')} AS rate_multiplier,
    ${byType(`${table}.international`, `${table}.international`, 'false')} AS international,
    ${byType(`'none'`, `coalesce(${table}.postage, 'none')`, `'none'`)} AS postage,
    ${byType(`${table}.billable_units`, `${table}.billable_units`, '0')} AS sheets`;
}

function isBillable(table: Table): string {
  const ofTypes = billingTypes.map((type) => {
    const statuses = billableStatuses[type].map((status) => `'${status}'`).join(', ');
    return `${table}.notification_type = '${type}' AND ${table}.notification_status IN (${statuses})`;
  });
  return `(${ofTypes.join(' OR ')})`;
}
