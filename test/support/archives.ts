import { gunzipSync } from 'node:zlib';
import type { App } from '../../src/lib/app.ts';
import type { CalendarDate } from '../../src/lib/core/london-time.ts';
import { archiveArea } from '../../src/lib/retention/history-archive.ts';
import type { ObjectStore } from '../../src/lib/storage/object-store.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { insertRows, type NotificationRow } from '../server/notification-rows.ts';
import { moveRowsToHistory } from './history.ts';

type Row = Readonly<Record<string, unknown>>;

/** Rows of the history, as they would stand in archives, by id. */
export async function historyRows({ db }: Pick<App, 'db'>): Promise<Row[]> {
  const { rows } = await db.query<{ row: Row }>('SELECT row_to_json(h) AS row FROM notification_history h ORDER BY id');
  return rows.map(({ row }) => row);
}

/** Rows of all archives that are noted, by id. */
export async function archivedRows({ db, storage }: { db: App['db']; storage: ObjectStore }): Promise<Row[]> {
  const { rows } = await db.query<{ key: string }>('SELECT key FROM notification_history_archives ORDER BY key');
  const archived: Row[] = [];
  for (const { key } of rows) {
    const text = gunzipSync((await storage.read(archiveArea, key))!).toString();
    archived.push(
      ...text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Row),
    );
  }
  return archived.sort((one, other) => String(one['id']).localeCompare(String(other['id'])));
}

/** Writes messages into the history; returns their ids. */
export async function insertHistory(
  app: Pick<App, 'db' | 'ids' | 'clock'>,
  template: Template,
  rows: readonly NotificationRow[],
): Promise<string[]> {
  const ids: string[] = [];
  for (const row of rows) ids.push(await insertRows(app, template, row));
  await moveRowsToHistory(app, ids);
  return ids;
}

/** Notes that days are counted for statistics and bills, without counting anything. */
export async function noteFacts({ db }: Pick<App, 'db'>, ...days: CalendarDate[]): Promise<void> {
  await db.query({
    text: `INSERT INTO ft_notification_status_runs (bst_date, notification_type, completed_at)
      SELECT day, type, day + interval '40 hours' FROM unnest($1::date[]) AS day, unnest(enum_range(NULL::notification_type)) AS type
      ON CONFLICT DO NOTHING`,
    values: [days],
  });
  await db.query({
    text: `INSERT INTO ft_billing_runs (bst_date, completed_at)
      SELECT day, day + interval '40 hours' FROM unnest($1::date[]) AS day ON CONFLICT DO NOTHING`,
    values: [days],
  });
}
