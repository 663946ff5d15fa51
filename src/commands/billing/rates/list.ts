import { Flags } from '@oclif/core';
import { rateText, type RateView } from '../../../lib/billing/rate-view.ts';
import { BaseCommand, type Outcome } from '../../../lib/cli/base-command.ts';
import { table } from '../../../lib/cli/table.ts';
import { dayFlag } from '../../../lib/cli/time-flags.ts';
import { londonDate } from '../../../lib/core/london-time.ts';

interface Result {
  readonly rates: readonly RateView[];
}

export default class BillingRatesList extends BaseCommand<Result> {
  static override summary = 'List what texts and letters cost.';
  static override description =
    'In pounds, for a fragment of a text, or for a letter with all its sheets: what holds today, or on the day of --on, and what begins later. The newest rate that began at midnight in London of a day, or before, is that of the day.';
  static override examples = [
    '<%= config.bin %> billing rates list',
    '<%= config.bin %> billing rates list --type letter --on 2021-06-01',
    '<%= config.bin %> billing rates list --all --json',
  ];
  static override flags = {
    type: Flags.option({ options: ['sms', 'letter'] as const, char: 't', summary: 'Only those of this type.' })(),
    on: dayFlag({ summary: 'Another day than today.', exclusive: ['all'] }),
    all: Flags.boolean({ summary: 'Those that are over, too.' }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(BillingRatesList);
    return this.withApp(flags, async (app) => {
      const { listRates, listRatesSince } = await import('../../../lib/billing/show-rates.ts');
      const { toLetterRateViews, toSmsRateView } = await import('../../../lib/billing/rate-view.ts');
      const day = flags.on ?? londonDate(app.clock.now());
      const { sms, letters } = await (flags.all ? listRates(app, null) : listRatesSince(app, day));
      const rates = [
        ...(flags.type === 'letter' ? [] : sms.map(toSmsRateView)),
        ...(flags.type === 'sms' ? [] : toLetterRateViews(letters)),
      ];
      return { result: { rates } };
    });
  }

  protected render({ rates }: Result): string {
    if (rates.length === 0) return 'There are no such rates.';
    return table(
      rates.map(({ notification_type, from, sheets, postage, crown, rate }) => ({
        type: notification_type,
        from,
        sheets: sheets ?? '',
        postage: postage ?? '',
        crown: crown === undefined || crown === null ? '' : crown ? 'yes' : 'no',
        rate: rateText(rate),
      })),
    );
  }
}
