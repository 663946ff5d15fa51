import type { NotificationType } from '../notifications/notification.ts';
import { addPounds, multiplyPounds, type Pounds } from './pounds.ts';

/** What usage is told apart by, besides the month of it: one line of a bill. */
interface BillLine {
  /** `YYYY-MM`, or whatever else the days are put together by. */
  readonly period: string;
  readonly rate: Pounds;
}

/** Texts of one rate that were sent without others in between. */
export interface TextRun extends BillLine {
  /** Fragments, times the multiplier of where they went. */
  readonly units: number;
  readonly messages: number;
}

/** Emails or letters of one rate. */
export interface SentMessages extends BillLine {
  readonly type: Exclude<NotificationType, 'sms'>;
  /** `none` of emails, and where it does not matter. */
  readonly postage: string;
  readonly messages: number;
}

/** What a service sent in a period, and what it costs (data sheet §5.2). */
export interface Usage extends BillLine {
  readonly type: NotificationType;
  readonly postage: string;
  readonly messages: number;
  /** What could be charged: units of texts, letters; of emails nothing. */
  readonly chargeableUnits: number;
  /** Units that were free. */
  readonly freeAllowanceUsed: number;
  /** Units that are charged. */
  readonly chargedUnits: number;
  readonly cost: Pounds;
}

/**
 * Charges texts beyond the free allowance of a financial year, which the earliest of them use up.
 *
 * @param runs all texts of the year so far, in the order in which they use the allowance: by date, of one day by rate
 * @returns a line for each period and rate, in the order of their first texts
 */
export function chargeTexts(runs: readonly TextRun[], freeAllowance: number): Usage[] {
  let used = 0;
  const charged = runs.map((run): Usage => {
    const remaining = Math.max(freeAllowance - used, 0);
    used += run.units;
    const chargedUnits = Math.max(run.units - remaining, 0);
    return {
      ...run,
      type: 'sms',
      postage: 'none',
      chargeableUnits: run.units,
      freeAllowanceUsed: run.units - chargedUnits,
      chargedUnits,
      cost: multiplyPounds(run.rate, chargedUnits),
    };
  });
  return combineLines(charged, ({ period, rate }) => `${period} ${rate}`);
}

/** Lines with the same key as one, which is otherwise like the first of them. */
export function combineLines(lines: readonly Usage[], keyOf: (line: Usage) => string): Usage[] {
  return [...Map.groupBy(lines, keyOf).values()].map(addUp);
}

/** Letters are paid for each, whatever their sheets: these are in the rate. Emails cost nothing. */
export function chargeMessages(sent: SentMessages): Usage {
  const units = sent.type === 'letter' ? sent.messages : 0;
  return {
    ...sent,
    chargeableUnits: units,
    freeAllowanceUsed: 0,
    chargedUnits: units,
    cost: multiplyPounds(sent.rate, units),
  };
}

function addUp(lines: readonly Usage[]): Usage {
  const sum = (of: (line: Usage) => number): number => lines.reduce((total, line) => total + of(line), 0);
  return {
    ...lines[0]!,
    messages: sum(({ messages }) => messages),
    chargeableUnits: sum(({ chargeableUnits }) => chargeableUnits),
    freeAllowanceUsed: sum(({ freeAllowanceUsed }) => freeAllowanceUsed),
    chargedUnits: sum(({ chargedUnits }) => chargedUnits),
    cost: addPounds(lines.map(({ cost }) => cost)),
  };
}
