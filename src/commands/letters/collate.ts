import { Flags } from '@oclif/core';
import type { CollateOptions, Collation, PostageTotals } from '../../lib/print-runs/collate-letters.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dryRunFlag } from '../../lib/cli/flags.ts';
import { interruptible } from '../../lib/cli/interruptible.ts';
import { startProgress } from '../../lib/cli/progress.ts';
import { table } from '../../lib/cli/table.ts';
import { dayFlag } from '../../lib/cli/time-flags.ts';
import { counted } from '../../lib/core/counted.ts';
import { postages, type Postage } from '../../lib/letters/postage.ts';

interface Result {
  /** Null with --resume when no run was interrupted. */
  readonly print_date: string | null;
  readonly dry_run: boolean;
  /** Letters created before it are in the run. */
  readonly deadline: string | null;
  readonly zips: number;
  readonly letters: number;
  readonly bytes: number;
  /** Letters without a PDF in the storage; they wait on. */
  readonly missing: number;
  readonly postages: readonly PostageTotals[];
}

export default class LettersCollate extends BaseCommand<Result> {
  static override summary = 'Put the letters that wait into zips for the print provider.';
  static override description = `Takes letters created before half past five in London, of the last such time that has passed, and those of earlier days that were left. Claims them for zips; no file is written: letters upload sends the zips, and workers do by themselves. The schedule does this every day at 17:50 in London. With NOTIFY_PRINT_API_URL there are no zips: letters are queued, and workers give them to the print provider one by one.
Interrupted, --resume completes it. Exit status: 0 done, also with no letters; 3 letters have no PDF; 4 zips of an earlier run are open, or the deadline lies ahead; 75 another process collates.`;
  static override examples = [
    '<%= config.bin %> letters collate --dry-run',
    '<%= config.bin %> letters collate --print-date 2026-01-30 --postage first',
    '<%= config.bin %> letters collate --resume',
  ];
  static override flags = {
    'print-date': dayFlag({ summary: 'London day whose deadline counts.', exclusive: ['resume'] }),
    postage: Flags.string({
      summary: 'Only this postage, repeatable.',
      options: postages,
      multiple: true,
      multipleNonGreedy: true,
      exclusive: ['resume'],
    }),
    resume: Flags.boolean({ summary: 'Complete the run that was interrupted.', exclusive: ['dry-run'] }),
    'dry-run': dryRunFlag,
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(LettersCollate);
    const dryRun = Boolean(flags['dry-run']);
    const options: CollateOptions = {
      printDate: flags['print-date'],
      postages: flags.postage as Postage[] | undefined,
      resume: Boolean(flags.resume),
      dryRun,
    };
    const collation = await interruptible(
      (signal) =>
        this.withApp(flags, async (app) => {
          const { beginPrintRun } = await import('../../lib/print-runs/begin-print-run.ts');
          const progress = startProgress({ label: app.printApi === null ? 'Letters in zips' : 'Letters queued' });
          const onProgress = (letters: number, total: number): void => progress.update(letters, total);
          return beginPrintRun(app, { ...options, signal, onProgress }).finally(() => progress.stop());
        }),
      {
        notice: (line) => this.notice(line),
        afterwards: dryRun
          ? 'Nothing was claimed.'
          : 'What is claimed stays so; `notify letters collate --resume` goes on.',
      },
    );
    const result = { ...toResult(collation), dry_run: dryRun };
    if (result.missing > 0) this.addWarning(`${counted(result.missing, 'letter')} left to wait: no PDF in the storage`);
    return { result, status: dryRun ? 'planned' : result.missing > 0 ? 'partial' : 'ok' };
  }

  protected render({ print_date, letters, zips, postages: totals, dry_run: isPlan }: Result): string {
    if (print_date === null) return 'No run was interrupted.';
    if (letters === 0) return `No letters wait for the print run of ${print_date}.`;
    if (zips === 0 && totals.every(({ missing }) => missing === 0))
      return `${counted(letters, 'letter')} ${isPlan ? 'would be queued' : 'queued'} for the print provider, print date ${print_date}.`;
    const rows = totals.filter(({ zips: made, missing }) => made + missing > 0);
    return `${table(rows.map((row) => ({ ...row })))}\n${counted(letters, 'letter')} ${isPlan ? 'would be in' : 'in'} ${counted(zips, 'zip')}, print date ${print_date}.`;
  }
}

function toResult({ printDate, deadline, totals }: Collation): Omit<Result, 'dry_run'> {
  const sum = (field: 'zips' | 'letters' | 'bytes' | 'missing'): number =>
    totals.reduce((total, one) => total + one[field], 0);
  return {
    print_date: printDate,
    deadline: deadline?.toISOString() ?? null,
    zips: sum('zips'),
    letters: sum('letters'),
    bytes: sum('bytes'),
    missing: sum('missing'),
    postages: totals,
  };
}
