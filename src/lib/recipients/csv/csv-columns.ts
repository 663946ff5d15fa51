import { placeholderKey } from '../../templates/placeholders.ts';
import type { TemplateType } from '../../templates/template.ts';

/** The columns of a file: which are recipients, which are missing, which are repeated (jobs sheet §8). */

const addressLines = [1, 2, 3, 4, 5, 6].map((line) => `address line ${line}`);
export const addressColumns: readonly string[] = [...addressLines, 'postcode', 'address line 7'];

const recipientColumns: Readonly<Record<TemplateType, readonly string[]>> = {
  email: ['email address'],
  sms: ['phone number'],
  letter: addressColumns,
};

/** Columns from one of the two forms of an address that a letter needs at least. */
const fewestAddressColumns = 3;

/** The names of the columns that hold the recipient. */
export function recipientColumnsOf(templateType: TemplateType): readonly string[] {
  return recipientColumns[templateType];
}

export interface CsvColumns {
  /** As typed, without repetitions. */
  readonly headers: readonly string[];
  /** Placeholders and recipient columns that no header matches, sorted; never the columns of an address. */
  readonly missing: readonly string[];
  /** Spellings of recipient columns that occur more than once by key, in the order of the file. */
  readonly duplicateRecipients: readonly string[];
  readonly hasRecipients: boolean;
}

/**
 * Looks at the headers of a file.
 *
 * @param headers the cells of the first record
 * @param placeholders names in the template's spelling
 */
export function analyseColumns(
  headers: readonly string[],
  templateType: TemplateType,
  placeholders: readonly string[],
): CsvColumns {
  const recipientKeys = new Set(recipientColumns[templateType].map(placeholderKey));
  const counts = new Map<string, number>();
  for (const header of headers) {
    const key = placeholderKey(header);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const isAddress = (key: string): boolean => templateType === 'letter' && recipientKeys.has(key);
  const wanted = new Set([...placeholders, ...recipientColumns[templateType]]);
  const isRepeated = (header: string): boolean => {
    const key = placeholderKey(header);
    return recipientKeys.has(key) && counts.get(key)! > 1;
  };
  return {
    headers: [...new Set(headers)],
    missing: [...wanted].filter((name) => !counts.has(placeholderKey(name)) && !isAddress(placeholderKey(name))).sort(),
    duplicateRecipients: [...new Set(headers.filter(isRepeated))],
    hasRecipients: hasRecipientColumns(new Set(counts.keys()), templateType),
  };
}

function hasRecipientColumns(keys: ReadonlySet<string>, templateType: TemplateType): boolean {
  if (templateType !== 'letter') return recipientColumns[templateType].every((name) => keys.has(placeholderKey(name)));
  return ['postcode', 'address line 7'].some(
    (last) => [...addressLines, last].filter((name) => keys.has(placeholderKey(name))).length >= fewestAddressColumns,
  );
}

/** True when a heading occurs twice in one spelling: only then does it matter how wide the rows are. */
export function hasRepeatedHeaders(headers: readonly string[]): boolean {
  return new Set(headers).size < headers.length;
}

/**
 * The headers without repetitions among the columns that no row fills (jobs sheet §8, rule 5 of the reader).
 *
 * @param width number of columns up to the last one that any row fills
 */
export function withoutEmptyRepetitions(headers: readonly string[], width: number): string[] {
  return [...headers.slice(0, width), ...new Set(headers.slice(width)).difference(new Set(headers.slice(0, width)))];
}
