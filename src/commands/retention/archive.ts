import { Flags } from '@oclif/core';
import type { App } from '../../lib/app.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dryRunFlag, yesFlag } from '../../lib/cli/flags.ts';
import { interruptible } from '../../lib/cli/interruptible.ts';
import { startProgress } from '../../lib/cli/progress.ts';
import { table } from '../../lib/cli/table.ts';
import { dayFlag } from '../../lib/cli/time-flags.ts';
import { counted } from '../../lib/core/counted.ts';
import { AppError } from '../../lib/core/errors.ts';
import { addDays, londonDate, type CalendarDate } from '../../lib/core/london-time.ts';
import type { MissingFact } from '../../lib/retention/history-archive.ts';

interface ArchivedDay {
  readonly day: CalendarDate;
  /** Null: it is only planned. */
  readonly part: number | null;
  /** Within `notification-history` of the storage. */
  readonly key: string | null;
  readonly rows: number;
  readonly bytes: number | null;
  readonly sha256: string | null;
}

interface Result {
  readonly dry_run: boolean;
  /** Days from before this one; null: only what was begun before is completed. */
  readonly before: CalendarDate | null;
  readonly archives: readonly ArchivedDay[];
  /** Rows that left the database, or would. */
  readonly rows: number;
  /** Days that cannot be archived, as they are not counted. */
  readonly skipped: readonly { readonly day: CalendarDate; readonly missing: readonly MissingFact[] }[];
}

export default class RetentionArchive extends BaseCommand<Result> {
  static override summary = 'Move old history from the database into compressed files.';
  static override description = `Writes the history of days in London that are over for at least 90 days into files of the storage (notification-history/YYYY/MM/DD-1.jsonl.gz, a row in a line, with a manifest beside it), reads each file back, and deletes its rows from the database. The days have to be counted for statistics and bills, as they cannot be counted afterwards; others are left out. The schedule does the same at 01:35 UTC when NOTIFY_ARCHIVE_HISTORY_AFTER_DAYS is set. It can be interrupted and goes on when it runs again; with --resume, it completes what was begun and begins nothing.
Exit status: 0 done, also with nothing to do; 2 a day that is too young, 3 some days are left out, 4 not confirmed, or a file is not what was written, 69 the database or the storage does not answer, 75 another run is under way.`;
  static override examples = [
    '<%= config.bin %> retention archive --before 2025-01-01 --dry-run',
    '<%= config.bin %> retention archive --before 2025-01-01 --yes',
    '<%= config.bin %> retention archive --resume --yes',
  ];
  static override flags = {
    before: dayFlag({
      char: 'b',
      summary: 'Days before this one; without it, as NOTIFY_ARCHIVE_HISTORY_AFTER_DAYS says.',
      exclusive: ['resume'],
    }),
    resume: Flags.boolean({ summary: 'Only complete what was begun.', default: false }),
    'dry-run': dryRunFlag,
    yes: yesFlag,
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(RetentionArchive);
    return interruptible(
      (signal) =>
        this.withApp(flags, async (app) => {
          const before = flags.resume ? null : (flags.before ?? configuredDay(app));
          const plan = await planned(app, before);
          if (flags['dry-run']) return { status: 'planned', result: { dry_run: true, before, ...plan } };
          if (plan.rows > 0) {
            await this.confirm(`Move ${counted(plan.rows, 'row')} of the history into files and delete them?`, flags);
          }
          const result = { dry_run: false, before, ...(await archived(app, { before, signal, total: plan.rows })) };
          return { status: result.skipped.length > 0 ? ('partial' as const) : ('ok' as const), result };
        }),
      { notice: (line) => this.notice(line), afterwards: 'Files that were written stay; the next run goes on.' },
    );
  }

  protected render({ dry_run, archives, rows, skipped }: Result): string {
    const rowsShown = archives.map(({ day, key, ...archive }) => ({
      day,
      rows: archive.rows,
      ...(key !== null && { file: key, bytes: archive.bytes ?? 0 }),
    }));
    return [
      ...(rowsShown.length > 0 && rowsShown.length <= 400 ? [table(rowsShown)] : []),
      `${dry_run ? 'Would move' : 'Moved'} ${counted(rows, 'row')} of the history into ${dry_run ? 'files' : counted(archives.length, 'file')}.`,
      ...skipped.map(({ day, missing }) => `${day} stays: it is not counted (${missing.map(rebuildHint).join(', ')}).`),
    ].join('\n');
  }
}

const rebuildHint = (fact: MissingFact): string =>
  fact === 'status' ? '`notify stats rebuild`' : '`notify billing rebuild`';

/** @throws AppError USAGE_INVALID when it is not configured */
function configuredDay({ clock, config }: App): CalendarDate {
  const days = config.archiveHistoryAfterDays;
  if (days !== null) return addDays(londonDate(clock.now()), -days);
  throw new AppError('USAGE_INVALID', 'It is not said which history is to be archived: expected --before or --resume', {
    hint: 'Or set NOTIFY_ARCHIVE_HISTORY_AFTER_DAYS.',
  });
}

type Archived = Omit<Result, 'dry_run' | 'before'>;

async function planned(app: App, before: CalendarDate | null): Promise<Archived> {
  const { listBegunArchives, planArchive } = await import('../../lib/retention/archive-history.ts');
  const begun = await listBegunArchives(app);
  const days = before === null ? [] : await planArchive(app, { before });
  const toCome = days.filter(({ missing }) => missing.length === 0);
  const archives = [
    // Of its rows some may be gone; those of a planned day that are in it are counted with it.
    ...begun.filter(({ day }) => !toCome.some((planned) => planned.day === day)),
    ...toCome.map(({ day, rows }) => ({ day, rows, part: null, key: null, bytes: null, sha256: null })),
  ];
  return {
    archives,
    rows: archives.reduce((sum, { rows }) => sum + rows, 0),
    skipped: days.filter(({ missing }) => missing.length > 0).map(({ day, missing }) => ({ day, missing })),
  };
}

async function archived(
  app: App,
  { before, signal, total }: { before: CalendarDate | null; signal: AbortSignal; total: number },
): Promise<Archived> {
  const { archiveHistory } = await import('../../lib/retention/archive-history.ts');
  const progress = startProgress({ label: 'Archiving rows' });
  const onProgress = (deleted: number): void => progress.update(deleted, total);
  const done = await archiveHistory(app, { before, signal, onProgress }).finally(() => progress.stop());
  return {
    archives: done.archived.map(({ deleted, ...archive }) => ({ ...archive, rows: deleted })),
    rows: done.archived.reduce((sum, { deleted }) => sum + deleted, 0),
    skipped: done.skipped,
  };
}
