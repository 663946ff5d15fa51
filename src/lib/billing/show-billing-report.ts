import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import { financialYearDays } from '../core/london-time.ts';
import type { Database } from '../db/database.ts';
import { fillAllowances } from './fill-allowances.ts';
import { addPounds, poundsInWords, type Pounds } from './pounds.ts';
import { yearOfRange, type ReportRange } from './report-range.ts';
import { listBilledServices, type BilledService } from './report-repository.ts';
import { listSentMessages, listTextRuns } from './usage-repository.ts';
import { chargeMessages, chargeTexts, type TextRun, type Usage } from './usage.ts';

export interface ReportDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** What a service has to pay for some days. */
export interface ServiceBill extends BilledService {
  readonly textCost: Pounds;
  /** Units that are charged: those beyond the free allowance of the year. */
  readonly chargedUnits: number;
  readonly letters: number;
  readonly letterCost: Pounds;
  /** A line for each postage and rate. */
  readonly letterBreakdown: string;
}

/**
 * What services have to pay for some days of a financial year: by organisation and name, those who have to pay nothing left
 * out (admin API sheet §4.13). The days before them use up free allowances, too.
 *
 * @throws AppError REQUEST_INVALID; VALIDATION_FAILED for a year without rates or one that has not begun
 */
export async function showBillingReport(deps: ReportDeps, { start, end }: ReportRange): Promise<ServiceBill[]> {
  const year = yearOfRange({ start, end });
  await fillAllowances(deps, { year });
  const { first } = financialYearDays(year);
  const scope = { last: end, serviceId: null, period: { from: start } } as const;
  const runs = Map.groupBy(await listTextRuns(deps.db, { ...scope, first }), ({ serviceId }) => serviceId);
  const sent = await listSentMessages(deps.db, { ...scope, first: start });
  const letters = Map.groupBy(
    sent.filter(({ type }) => type === 'letter'),
    ({ serviceId }) => serviceId,
  );
  const services = await listBilledServices(deps.db, { ids: [...new Set([...runs.keys(), ...letters.keys()])], year });
  return services
    .map((service) =>
      billOf(service, runs.get(service.serviceId) ?? [], (letters.get(service.serviceId) ?? []).map(chargeMessages)),
    )
    .filter(({ textCost, letterCost }) => textCost !== '0' || letterCost !== '0');
}

function billOf(service: BilledService, runs: readonly TextRun[], letters: readonly Usage[]): ServiceBill {
  const texts = chargeTexts(runs, service.freeAllowance).filter(({ period }) => period === 'range');
  return {
    ...service,
    textCost: addPounds(texts.map(({ cost }) => cost)),
    chargedUnits: texts.reduce((sum, { chargedUnits }) => sum + chargedUnits, 0),
    letters: letters.reduce((sum, { messages }) => sum + messages, 0),
    letterCost: addPounds(letters.map(({ cost }) => cost)),
    letterBreakdown: breakDown(letters),
  };
}

const postageInWords: Readonly<Record<string, string>> = {
  first: 'first class',
  second: 'second class',
  economy: 'economy',
  europe: 'international',
  'rest-of-world': 'international',
};

function breakDown(letters: readonly Usage[]): string {
  const kinds = Map.groupBy(
    letters.filter(({ cost }) => cost !== '0'),
    ({ postage, rate }) => `${postageInWords[postage] ?? postage} letters at ${poundsInWords(rate)}`,
  );
  return [...kinds]
    .map(([kind, lines]) => `${lines.reduce((sum, { messages }) => sum + messages, 0)} ${kind}\n`)
    .join('');
}
