import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dryRunFlag, yesFlag } from '../../lib/cli/flags.ts';
import { interruptible } from '../../lib/cli/interruptible.ts';
import { namingFlags } from '../../lib/cli/naming-flags.ts';
import { startProgress } from '../../lib/cli/progress.ts';
import { yearFlag } from '../../lib/cli/time-flags.ts';
import type { FilledAllowances } from '../../lib/billing/fill-allowances.ts';
import { counted } from '../../lib/core/counted.ts';

interface Result {
  readonly dry_run: boolean;
  readonly year: number;
  /** Services that had no allowance of that year, by how they got one. */
  readonly by_default: number;
  readonly custom: number;
  readonly high_volume: number;
}

export default class BillingAllowances extends BaseCommand<Result> {
  static override summary = 'Give services their free allowance of texts of a financial year.';
  static override description = `Active services that have none yet, and others that sent messages in that year, get nothing after 300,000 units or more the year before, else what was set for them then, else the default of their type of organisation. This is done on each 1 April; a service that has none later gets one when somebody asks for it. It may run again at any time: an allowance that there is stays.
Exit status: 0 done, 2 a year that there are no rates of, 4 not confirmed.`;
  static override examples = [
    '<%= config.bin %> billing allowances --year 2026 --dry-run',
    '<%= config.bin %> billing allowances --year 2026 --yes',
  ];
  static override flags = { year: yearFlag({ required: true }), 'dry-run': dryRunFlag, yes: yesFlag };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(BillingAllowances);
    const { year, 'dry-run': dryRun } = flags;
    return interruptible(
      (signal) =>
        this.withApp(flags, async (app) => {
          const { fillAllowances } = await import('../../lib/billing/fill-allowances.ts');
          const planned = await namingFlags({ year: '--year' }, () =>
            fillAllowances(app, { year, dryRun: true, signal }),
          );
          const count = planned.byDefault + planned.custom + planned.highVolume;
          if (dryRun || count === 0) return this.outcome(dryRun, year, planned);
          await this.confirm(`Give ${counted(count, 'service')} their allowance of ${year}?`, flags);
          const progress = startProgress({ label: 'Giving allowances' });
          const onProgress = (done: number): void => progress.update(done, count);
          const filled = fillAllowances(app, { year, signal, onProgress }).finally(() => progress.stop());
          return this.outcome(false, year, await filled);
        }),
      { notice: (line) => this.notice(line), afterwards: 'Allowances that were given stay; run the command again.' },
    );
  }

  private outcome(dryRun: boolean, year: number, filled: FilledAllowances): Outcome<Result> {
    const { byDefault, custom, highVolume } = filled;
    const result = { dry_run: dryRun, year, by_default: byDefault, custom, high_volume: highVolume };
    return { status: dryRun ? 'planned' : 'ok', result };
  }

  protected render({ dry_run, year, by_default, custom, high_volume }: Result): string {
    const count = by_default + custom + high_volume;
    if (count === 0) return `All services have their allowance of ${year}.`;
    const how = `${by_default} by default, ${custom} as set the year before, ${high_volume} nothing after high volume`;
    return `${dry_run ? 'Would give' : 'Gave'} ${counted(count, 'service')} their allowance of ${year}: ${how}.`;
  }
}
