import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dryRunFlag, yesFlag } from '../../lib/cli/flags.ts';
import { interruptible } from '../../lib/cli/interruptible.ts';
import { startProgress } from '../../lib/cli/progress.ts';
import { table } from '../../lib/cli/table.ts';
import { counted } from '../../lib/core/counted.ts';
import type { CalendarDate } from '../../lib/core/london-time.ts';

interface Result {
  readonly dry_run: boolean;
  readonly fixed: number;
  /** By the day in London that they were made on: their billing has to be counted again. */
  readonly days: readonly { readonly day: CalendarDate; readonly fixed: number }[];
  readonly failed: readonly { readonly id: string; readonly problem: string }[];
}

export default class BillingFixUnits extends BaseCommand<Result> {
  static override summary = 'Count the fragments of texts that have none.';
  static override description = `For texts that are past \`created\`, were never noted as sent, and would be billed as nothing; those of test keys are left alone. Renders each again and stores its fragments, 500 texts a transaction. It can be interrupted, and may run again at any time. Texts in the history have lost what they said, and stay as they are.
Bring the days that it names into the bills with \`billing rebuild\`.
Exit status: 0 done, also with nothing to do; 1 no text could be rendered, 3 some could not, 4 not confirmed, 69 the database does not answer.`;
  static override examples = [
    '<%= config.bin %> billing fix-units --dry-run',
    '<%= config.bin %> billing fix-units --yes',
  ];
  static override flags = { 'dry-run': dryRunFlag, yes: yesFlag };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(BillingFixUnits);
    const dryRun = flags['dry-run'];
    return interruptible(
      (signal) =>
        this.withApp(flags, async (app) => {
          const { fixBillableUnits } = await import('../../lib/billing/fix-billable-units.ts');
          const { fixed: total, failed: bad } = await fixBillableUnits(app, { dryRun: true, signal });
          const count = [...total.values()].reduce((sum, texts) => sum + texts, 0);
          let [fixed, failed] = [total, bad];
          if (!dryRun && count > 0) {
            await this.confirm(`Store the fragments of ${counted(count, 'text')}?`, flags);
            const progress = startProgress({ label: 'Counting fragments' });
            const onProgress = (done: number): void => progress.update(done, count);
            ({ fixed, failed } = await fixBillableUnits(app, { signal, onProgress }).finally(() => progress.stop()));
          }
          const days = [...fixed]
            .map(([day, texts]) => ({ day, fixed: texts }))
            .sort((a, b) => (a.day < b.day ? -1 : 1));
          const result = { dry_run: dryRun, fixed: days.reduce((sum, day) => sum + day.fixed, 0), days, failed };
          if (dryRun) return { status: 'planned' as const, result };
          return failed.length === 0
            ? { result }
            : { status: 'partial' as const, result, exitCode: days.length > 0 ? 3 : 1 };
        }),
      { notice: (line) => this.notice(line), afterwards: 'Texts that were counted stay so; run the command again.' },
    );
  }

  protected render({ dry_run, fixed, days, failed }: Result): string {
    const first = days[0]?.day;
    const last = days.at(-1)?.day;
    const next = `notify billing rebuild --from ${first ?? ''} --to ${last ?? ''}`;
    return [
      ...(days.length > 0 && days.length <= 200 ? [table(days.map(({ day, fixed: texts }) => ({ day, texts })))] : []),
      ...failed.map(({ id, problem }) => `Failed: ${id}: ${problem}`),
      `${dry_run ? 'Would count' : 'Counted'} the fragments of ${counted(fixed, 'text')}`,
      ...(dry_run || days.length === 0 ? [] : [`Next: ${next}`]),
    ].join('\n');
  }
}
