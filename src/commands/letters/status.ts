import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { table } from '../../lib/cli/table.ts';
import { dayFlag } from '../../lib/cli/time-flags.ts';
import { counted } from '../../lib/core/counted.ts';

interface Zip {
  readonly name: string;
  readonly state: string;
  readonly letters: number;
  readonly bytes: number;
  readonly created_at: string;
  /** When it was uploaded, or given up. */
  readonly closed_at: string | null;
  readonly acknowledged_at: string | null;
}

interface Result {
  /** The print date of a collation that would begin now. */
  readonly print_date: string;
  /** Letters that such a collation would look for, by postage, without those that are queued for the API already. */
  readonly waiting: readonly { readonly postage: string; readonly letters: number; readonly sheets: number }[];
  /** Letters that came since: the collation after it takes them. */
  readonly waiting_later: number;
  /** Letters that workers give to the print provider's API one by one. */
  readonly queued_for_api: number;
  readonly open_zips: number;
  /** A collation that runs, or was interrupted. */
  readonly incomplete_run: { readonly print_date: string; readonly created_at: string } | null;
  readonly zips: readonly Zip[];
  readonly destination: string;
}

const states = ['open', 'sent', 'failed'] as const;

export default class LettersStatus extends BaseCommand<Result> {
  static override summary = 'Show letters that wait to be printed, and zips for the print provider.';
  static override examples = [
    '<%= config.bin %> letters status',
    '<%= config.bin %> letters status --since 2026-01-26 --state sent',
  ];
  static override flags = {
    since: dayFlag({ summary: 'Zips of this print date and later ones; without it, of the present one.' }),
    state: Flags.option({ options: states, summary: 'Only zips in this state.' })(),
    limit: Flags.integer({ summary: 'How many zips at most.', min: 1, max: 10_000, default: 200 }),
  };

  private hasApi = false;

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(LettersStatus);
    return this.withApp(flags, async (app) => {
      this.hasApi = app.printApi !== null;
      const { showPrintStatus } = await import('../../lib/print-runs/show-print-runs.ts');
      const { since, state, limit } = flags;
      const status = await showPrintStatus(app, { since, state, limit });
      const { incompleteRun: run } = status;
      return {
        result: {
          print_date: status.printDate,
          waiting: status.waiting,
          waiting_later: status.waitingLater,
          queued_for_api: status.queuedForApi,
          open_zips: status.openZips,
          incomplete_run: run && { print_date: run.printDate, created_at: run.createdAt.toISOString() },
          zips: status.zips.map(({ createdAt, closedAt, acknowledgedAt, ...zip }) => ({
            ...zip,
            created_at: createdAt.toISOString(),
            closed_at: closedAt?.toISOString() ?? null,
            acknowledged_at: acknowledgedAt?.toISOString() ?? null,
          })),
          destination: app.printDestination.place,
        },
      };
    });
  }

  protected render({
    print_date,
    waiting,
    waiting_later,
    queued_for_api: queued,
    open_zips,
    incomplete_run: run,
    zips,
    destination,
  }: Result): string {
    const letters = waiting.reduce((sum, one) => sum + one.letters, 0);
    return [
      `Waiting for the print run of ${print_date}: ${counted(letters, 'letter')}; for the next one: ${waiting_later}.`,
      ...(queued > 0 || this.hasApi ? [`Queued for the print provider's API: ${counted(queued, 'letter')}.`] : []),
      `Open: ${counted(open_zips, 'zip')}. Letters go to ${destination}.`,
      ...(waiting.length === 0 ? [] : [table(waiting.map((one) => ({ ...one })))]),
      ...(run === null ? [] : [`The collation of ${run.print_date}, begun at ${run.created_at}, is not complete.`]),
      ...(zips.length === 0 ? [] : [table(zips.map((zip) => ({ ...zip })))]),
    ].join('\n');
  }
}
