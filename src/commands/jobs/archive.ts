import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dryRunFlag, yesFlag } from '../../lib/cli/flags.ts';
import { dayFlag } from '../../lib/cli/time-flags.ts';
import { counted } from '../../lib/core/counted.ts';

interface Result {
  /** Jobs that were archived; with --dry-run, those that would be. */
  readonly archived: number;
  readonly from: string;
  readonly to: string;
  readonly dry_run: boolean;
}

export default class JobsArchive extends BaseCommand<Result> {
  static override summary = 'Mark the jobs of some days as archived.';
  static override description = `Days are those of London; the last one is not included. Archived jobs stay, with their notifications and their statistics; retention leaves them and their files alone. Jobs that are archived already are passed over.
Exit status: 0 done, also with nothing to do; 2 wrong days, 4 not confirmed.`;
  static override examples = [
    '<%= config.bin %> jobs archive --from 2026-01-01 --to 2026-02-01 --dry-run',
    '<%= config.bin %> jobs archive --from 2026-01-01 --to 2026-02-01 --yes',
  ];
  static override flags = {
    from: dayFlag({ char: 's', summary: 'The first day.', required: true }),
    to: dayFlag({ char: 'e', summary: 'The day after the last one.', required: true }),
    'dry-run': dryRunFlag,
    yes: yesFlag,
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(JobsArchive);
    const { from, to, 'dry-run': dryRun } = flags;
    return this.withApp(flags, async (app) => {
      const { archiveJobs } = await import('../../lib/jobs/archive-jobs.ts');
      const days = { start: from, end: to };
      let archived = await archiveJobs(app, { ...days, dryRun: true });
      if (!dryRun && archived > 0) {
        await this.confirm(`Archive ${counted(archived, 'job')}?`, flags);
        archived = await archiveJobs(app, days);
      }
      return { status: dryRun ? 'planned' : 'ok', result: { archived, from, to, dry_run: Boolean(dryRun) } };
    });
  }

  protected render({ archived, from, to, dry_run }: Result): string {
    return `${dry_run ? 'Would archive' : 'Archived'} ${counted(archived, 'job')} created from ${from} to the day before ${to}.`;
  }
}
