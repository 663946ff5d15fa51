import { csvLine } from '../recipients/csv/write-csv.ts';
import type { ExportedCount } from './export-statistics.ts';

export const statisticsFormats = ['csv', 'json', 'jsonl'] as const;
export type StatisticsFormat = (typeof statisticsFormats)[number];

const columns = [
  'period',
  'service_id',
  'service_name',
  'template_id',
  'template_name',
  'notification_type',
  'status',
  'count',
] as const;

/** The text of exported statistics, in pieces; `onRows` is told how many rows a piece holds. */
export async function* writeStatistics(
  portions: AsyncIterable<readonly ExportedCount[]>,
  { format, onRows }: { format: StatisticsFormat; onRows: (count: number) => void },
): AsyncGenerator<string> {
  let before = format === 'json' ? '[\n' : '';
  if (format === 'csv') yield csvLine([...columns]);
  for await (const portion of portions) {
    onRows(portion.length);
    const rows = portion.map(toRow);
    if (format === 'csv') yield rows.map((row) => csvLine(columns.map((name) => row[name]))).join('');
    else if (format === 'jsonl') yield rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    else {
      yield before + rows.map((row) => JSON.stringify(row)).join(',\n');
      before = ',\n';
    }
  }
  if (format === 'json') yield before === ',\n' ? '\n]\n' : '[]\n';
}

function toRow(counted: ExportedCount): Readonly<Record<(typeof columns)[number], string | number>> {
  return {
    period: counted.period,
    service_id: counted.serviceId,
    service_name: counted.serviceName,
    template_id: counted.templateId,
    template_name: counted.templateName,
    notification_type: counted.type,
    status: counted.status,
    count: counted.count,
  };
}
