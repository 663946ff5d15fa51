import type { Clock } from '../core/clock.ts';
import { counted } from '../core/counted.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import { londonMidnightUtc, type CalendarDate } from '../core/london-time.ts';
import type { Database, Queryable } from '../db/database.ts';
import { recordEvent } from '../events/record-event.ts';
import type { Postage } from '../letters/postage.ts';
import { mostRatedSheets } from './rate.ts';
import { insertLetterRate, insertSmsRate } from './rate-repository.ts';

interface AddRateDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
}

interface NewRate {
  /** It holds from midnight in London. */
  readonly from: CalendarDate;
  /** Pounds, as a decimal number: what is read as a binary one would not be exact. */
  readonly rate: string;
}

export interface NewLetterRate extends NewRate {
  readonly sheets: number;
  readonly postage: Postage;
  /** Of which services; null: of all. */
  readonly crown: boolean | null;
}

/**
 * Adds what a fragment of a text costs from a day on, and an event that it was added.
 *
 * @throws AppError VALIDATION_FAILED, CONFLICT when there is a rate from that day
 */
export async function addSmsRate(deps: AddRateDeps, { from, rate }: NewRate): Promise<void> {
  assertPounds(rate, { below: 1, example: '0.024' });
  await deps.db.transaction(async (tx) => {
    const isNew = await insertSmsRate(tx, { id: deps.ids.uuid(), validFrom: londonMidnightUtc(from), rate });
    if (!isNew) throw taken(`texts from ${from}`);
    await note(tx, deps, { notification_type: 'sms', from, rate });
  });
}

/**
 * Adds what a letter of so many sheets costs from a day on, and an event that it was added.
 *
 * @throws AppError VALIDATION_FAILED, CONFLICT when there is a rate from that day
 */
export async function addLetterRate(deps: AddRateDeps, added: NewLetterRate): Promise<void> {
  const { from, rate, sheets, postage, crown } = added;
  assertPounds(rate, { below: 100, example: '0.75' });
  if (!Number.isInteger(sheets) || sheets < 1 || sheets > mostRatedSheets) {
    const expected = `a whole number from 1 to ${mostRatedSheets}`;
    throw new AppError('VALIDATION_FAILED', `--sheets is ${sheets}: expected ${expected}`);
  }
  await deps.db.transaction(async (tx) => {
    for (const ofCrown of crown === null ? [true, false] : [crown]) {
      const isNew = await insertLetterRate(tx, {
        id: deps.ids.uuid(),
        startDate: londonMidnightUtc(from),
        sheetCount: sheets,
        postClass: postage,
        crown: ofCrown,
        rate,
      });
      const kind = ofCrown ? 'crown' : 'not crown';
      if (!isNew) throw taken(`letters from ${from} with ${counted(sheets, 'sheet')}, postage '${postage}', ${kind}`);
    }
    await note(tx, deps, { notification_type: 'letter', from, rate, sheets, postage, crown });
  });
}

/** Refuses what is no number of pounds, and what must be pence. */
function assertPounds(rate: string, { below, example }: { below: number; example: string }): void {
  if (!/^\d{1,4}(\.\d{1,6})?$/.test(rate)) {
    throw new AppError('VALIDATION_FAILED', `--rate is '${rate}': expected pounds such as ${example}`);
  }
  if (Number(rate) < below) return;
  throw new AppError('VALIDATION_FAILED', `--rate is ${rate}: expected pounds below ${below}, such as ${example}`);
}

function taken(what: string): AppError {
  return new AppError('CONFLICT', `There is a rate for ${what}: expected another day`, {
    hint: "See 'notify billing rates list --all'. One that has not begun can be taken away: 'notify billing rates remove'.",
  });
}

async function note(tx: Queryable, { clock, ids }: AddRateDeps, data: JsonObject): Promise<void> {
  await recordEvent({ db: tx, clock, ids }, { eventType: 'add_rate', data });
}
