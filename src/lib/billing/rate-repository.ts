import { SQL } from 'sql-template-strings';
import { londonMidnightUtc, type CalendarDate } from '../core/london-time.ts';
import type { Queryable } from '../db/database.ts';
import type { LetterRate, SmsRate } from './rate.ts';

/**
 * The newest letter rates from before a moment, `at`, as rows of post_class, sheet_count, crown, start_date and rate. When
 * they end plays no part (data sheet §5.1).
 */
export function letterRatesAt(at: string): string {
  return `SELECT DISTINCT ON (post_class, sheet_count, crown) post_class, sheet_count, crown, start_date, rate
    FROM letter_rates WHERE start_date <= ${at} ORDER BY post_class, sheet_count, crown, start_date DESC`;
}

/** The rate of texts at a moment, `at`, or null. */
export function smsRateAt(at: string): string {
  return `(SELECT rate FROM rates WHERE notification_type = 'sms' AND valid_from <= ${at} ORDER BY valid_from DESC LIMIT 1)`;
}

/** The rate of texts at midnight in London of a day. */
export async function findSmsRate(db: Queryable, day: CalendarDate): Promise<SmsRate | null> {
  const { rows } = await db.query<SmsRate>(SQL`SELECT valid_from AS "validFrom", rate FROM rates
    WHERE notification_type = 'sms' AND valid_from <= ${londonMidnightUtc(day)} ORDER BY valid_from DESC LIMIT 1`);
  return rows[0] ?? null;
}

/** The rates of letters at midnight in London of a day, one for each number of sheets, postage and crown flag. */
export async function listLetterRates(db: Queryable, day: CalendarDate): Promise<LetterRate[]> {
  const { rows } = await db.query<LetterRate>({
    text: `SELECT start_date AS "startDate", sheet_count AS "sheetCount", post_class AS "postClass", crown, rate
      FROM (${letterRatesAt('$1')}) AS current ORDER BY post_class, sheet_count, crown`,
    values: [londonMidnightUtc(day)],
  });
  return rows;
}

/** All rates of texts, the oldest first. */
export async function listAllSmsRates(db: Queryable): Promise<SmsRate[]> {
  const { rows } = await db.query<SmsRate>(`SELECT valid_from AS "validFrom", rate FROM rates
    WHERE notification_type = 'sms' ORDER BY valid_from`);
  return rows;
}

/** All rates of letters, the oldest first. */
export async function listAllLetterRates(db: Queryable): Promise<LetterRate[]> {
  const { rows } = await db.query<LetterRate>(`SELECT start_date AS "startDate", sheet_count AS "sheetCount",
      post_class AS "postClass", crown, rate
    FROM letter_rates ORDER BY start_date, post_class, sheet_count, crown`);
  return rows;
}

/** Stores a rate of texts; false when there is one from that moment. `rate` is a decimal number. */
export async function insertSmsRate(
  tx: Queryable,
  { id, validFrom, rate }: { id: string; validFrom: Date; rate: string },
): Promise<boolean> {
  const { rowCount } = await tx.query(SQL`INSERT INTO rates (id, valid_from, rate, notification_type)
    VALUES (${id}, ${validFrom}, ${rate}::numeric, 'sms') ON CONFLICT (notification_type, valid_from) DO NOTHING`);
  return rowCount === 1;
}

/** Stores a rate of letters; false when there is one from that moment. `rate` is a decimal number. */
export async function insertLetterRate(
  tx: Queryable,
  { id, startDate, sheetCount, postClass, crown, rate }: Omit<LetterRate, 'rate'> & { id: string; rate: string },
): Promise<boolean> {
  const { rowCount } = await tx.query(SQL`
    INSERT INTO letter_rates (id, start_date, sheet_count, rate, crown, post_class)
    VALUES (${id}, ${startDate}, ${sheetCount}, ${rate}::numeric, ${crown}, ${postClass})
    ON CONFLICT (post_class, sheet_count, crown, start_date) DO NOTHING`);
  return rowCount === 1;
}

/** Deletes the rate of texts from a moment, and answers with what it was; null when there is none. */
export async function deleteSmsRate(tx: Queryable, validFrom: Date): Promise<SmsRate | null> {
  const { rows } = await tx.query<SmsRate>(SQL`DELETE FROM rates
    WHERE notification_type = 'sms' AND valid_from = ${validFrom} RETURNING valid_from AS "validFrom", rate`);
  return rows[0] ?? null;
}

/** Deletes rates of letters from a moment, and answers with what they were. `crown` null: with the flag and without. */
export async function deleteLetterRates(
  tx: Queryable,
  { startDate, sheetCount, postClass, crown }: Omit<LetterRate, 'rate' | 'crown'> & { crown: boolean | null },
): Promise<LetterRate[]> {
  const { rows } = await tx.query<LetterRate>(SQL`WITH deleted AS (
      DELETE FROM letter_rates
      WHERE start_date = ${startDate} AND sheet_count = ${sheetCount} AND post_class = ${postClass}
        AND crown = coalesce(${crown}, crown)
      RETURNING start_date, sheet_count, post_class, crown, rate)
    SELECT start_date AS "startDate", sheet_count AS "sheetCount", post_class AS "postClass", crown, rate
    FROM deleted ORDER BY crown`);
  return rows;
}
