import { checkCsvText, type CsvSummary } from '../../../src/lib/recipients/csv/check-csv.ts';
import type { CsvRow } from '../../../src/lib/recipients/csv/check-row.ts';
import { mostRows, type CsvCheckOptions } from '../../../src/lib/recipients/csv/csv-options.ts';
import type { CsvSource } from '../../../src/lib/recipients/csv/csv-source.ts';
import type { TemplateType } from '../../../src/lib/templates/template.ts';

export type CheckOverrides = Partial<Omit<CsvCheckOptions, 'template'>> & { subject?: string };

/** What a file is checked against; everything unlimited and nothing permitted unless said. */
export function csvOptions(type: TemplateType, content: string, overrides: CheckOverrides = {}): CsvCheckOptions {
  const { subject = '', ...rest } = overrides;
  return {
    template: { templateType: type, content, subject: type === 'sms' ? null : subject },
    prefix: null,
    guestList: null,
    internationalSms: false,
    internationalLetters: false,
    landlines: false,
    remainingMessages: null,
    remainingInternationalSms: null,
    maxRows: mostRows,
    ...rest,
  };
}

export interface CheckedText {
  readonly summary: CsvSummary;
  readonly rows: (CsvRow | null)[];
  /** The row with this index, which must be there. */
  readonly row: (index: number) => CsvRow;
}

export function checkText(text: string, options: CsvCheckOptions): CheckedText {
  const rows: (CsvRow | null)[] = [];
  const summary = checkCsvText(text, options, (row) => rows.push(row));
  return {
    summary,
    rows,
    row: (index) => {
      const row = rows[index];
      if (row == null) throw new Error(`There is no row ${index}`);
      return row;
    },
  };
}

/** A file in memory that arrives in chunks of so many bytes. */
export function sourceOf(content: string | Uint8Array, chunkSize = 65_536): CsvSource {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return {
    async *open() {
      for (let start = 0; start < bytes.length; start += chunkSize) yield bytes.subarray(start, start + chunkSize);
    },
  };
}
