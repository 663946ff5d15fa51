import type { SecretBox } from '../core/secret-box.ts';
import type { Queryable } from '../db/database.ts';
import { readJobNotifications } from '../notifications/list-job-notifications.ts';
import type { NotificationDetails } from '../notifications/notification-details.ts';
import { londonDateTime, statusInWords } from '../notifications/notification-report-view.ts';
import { recipientColumnsOf } from '../recipients/csv/csv-columns.ts';
import { measureSource, readRecordsOfSource, type CsvRecordStream } from '../recipients/csv/read-records.ts';
import type { CsvRecord } from '../recipients/csv/record-reader.ts';
import { RowLayout, type CellValue } from '../recipients/csv/row-cells.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { placeholderKey } from '../templates/placeholders.ts';
import { uploadSource } from '../uploads/upload-file.ts';
import type { Job } from './job.ts';
import { showJob } from './show-job.ts';

/** What became of one row of a file. */
export interface JobReportRow {
  /** From 1. */
  readonly rowNumber: number;
  /** The cells of the file, in the order of the report's columns. */
  readonly cells: readonly string[];
  readonly template: string;
  readonly type: string;
  readonly job: string;
  /** In words. */
  readonly status: string;
  /** `YYYY-MM-DD HH:MM:SS` in London. */
  readonly time: string;
}

export interface JobReport {
  readonly job: Job;
  /** The distinct headers of the file, as they are spelled. */
  readonly columns: readonly string[];
  /** Rows with a notification, in the order of the file, in batches. To be read once. */
  readonly rows: AsyncGenerator<readonly JobReportRow[]>;
}

/**
 * Opens the delivery report of a job (jobs sheet §8): its notifications beside the rows of its file. Both are read as the
 * report is, so that no job is too large for it.
 *
 * @throws AppError NOT_FOUND for an unknown job, and for one whose file was removed by retention
 */
export async function openJobReport(
  deps: { readonly db: Queryable; readonly secretBox: SecretBox; readonly storage: ObjectStore },
  { jobId }: { readonly jobId: string },
): Promise<JobReport> {
  const job = await showJob(deps, { jobId });
  const source = uploadSource(deps.storage, { serviceId: job.serviceId, uploadId: job.id });
  const records = readRecordsOfSource(source, await measureSource(source));
  const file = new FileRows(records, await records.next(), job);
  return {
    job,
    columns: file.headers,
    rows: readRows(readJobNotifications(deps, { serviceId: job.serviceId, jobId }), file),
  };
}

async function* readRows(
  batches: AsyncIterable<readonly NotificationDetails[]>,
  file: FileRows,
): AsyncGenerator<readonly JobReportRow[]> {
  try {
    for await (const batch of batches) {
      const rows: JobReportRow[] = [];
      for (const notification of batch) rows.push(toRow(notification, await file.cellsOf(notification.jobRowNumber!)));
      yield rows;
    }
  } finally {
    await file.close();
  }
}

function toRow(notification: NotificationDetails, cells: readonly string[]): JobReportRow {
  return {
    rowNumber: notification.jobRowNumber! + 1,
    cells,
    template: notification.template.name,
    type: notification.notificationType,
    job: notification.fileName ?? '',
    status: statusInWords(notification),
    time: londonDateTime(notification.createdAt),
  };
}

/** The rows of a file, read on as they are asked for. */
class FileRows {
  readonly headers: readonly string[];
  private readonly records: CsvRecordStream;
  private readonly layout: RowLayout;
  /** Where the value of each header is among those of the layout. */
  private readonly places: readonly number[];
  private batch: readonly CsvRecord[];
  /** The row of the file at which the batch begins; the headers are row -1. */
  private firstRow = -1;

  constructor(records: CsvRecordStream, first: Awaited<ReturnType<CsvRecordStream['next']>>, { templateType }: Job) {
    this.records = records;
    this.batch = first.done === true ? [] : first.value;
    const headers = this.batch[0]?.cells ?? [];
    this.headers = [...new Set(headers)];
    this.layout = new RowLayout(headers, new Set(recipientColumnsOf(templateType).map(placeholderKey)));
    this.places = this.headers.map((header) => this.layout.keys.indexOf(placeholderKey(header)));
  }

  /** The cells of a row, which comes after those that were asked for before; empty ones where there is no such row. */
  async cellsOf(row: number): Promise<readonly string[]> {
    while (row >= this.firstRow + this.batch.length) {
      const next = await this.records.next();
      if (next.done === true) return this.headers.map(() => '');
      this.firstRow += this.batch.length;
      this.batch = next.value;
    }
    const values = this.layout.read(this.batch[row - this.firstRow]!.cells);
    return this.places.map((place) => textOf(values[place]!));
  }

  async close(): Promise<void> {
    await this.records.return(null);
  }
}

/** The values of a repeated column side by side. */
function textOf(value: CellValue): string {
  if (typeof value === 'string') return value;
  return (value ?? []).filter((entry) => entry !== null).join(', ');
}
