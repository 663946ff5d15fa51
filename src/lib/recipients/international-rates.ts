import { noDeliveryReportPrefixes, numericSenderPrefixes, rateMultipliers } from './international-rate-data.ts';

/** What is known about sending to one prefix. */
export interface InternationalRate {
  /** Country code, or four digits inside +1 (`1664`). */
  readonly prefix: string;
  /** Fragments charged for each fragment sent; the `44` entry is the price of the crown dependencies. */
  readonly rateMultiplier: number;
  /** False where a message must come from a number instead of a name. */
  readonly smsAlphaSender: boolean;
  /** False where the networks never report delivery, so that a message stays `sent`. */
  readonly hasDeliveryReports: boolean;
}

/** The entry of a prefix in the rate table, or null (templating sheet §7). */
export function internationalRate(prefix: string): InternationalRate | null {
  const rateMultiplier = rateMultipliers.get(prefix);
  if (rateMultiplier === undefined) return null;
  return {
    prefix,
    rateMultiplier,
    smsAlphaSender: !numericSenderPrefixes.has(Number(prefix)),
    hasDeliveryReports: !noDeliveryReportPrefixes.has(Number(prefix)),
  };
}

/** Every entry, in the order of the table. */
export function internationalRates(): InternationalRate[] {
  return [...rateMultipliers.keys()].map((prefix) => internationalRate(prefix)!);
}

/**
 * The prefix a number is charged under: its country code, or the four-digit prefix inside +1 when the table has it
 * (`16644913789` → `1664`).
 *
 * @param normalised digits with country code
 */
export function ratePrefix(normalised: string, countryCode: string): string {
  const caribbean = normalised.slice(0, 4);
  return countryCode === '1' && rateMultipliers.has(caribbean) ? caribbean : countryCode;
}

/**
 * True when receipts for messages to this prefix are believed (delivery sheet §7, rule 3). An unknown prefix has none.
 */
export function prefixHasDeliveryReports(prefix: string): boolean {
  return internationalRate(prefix)?.hasDeliveryReports ?? false;
}
