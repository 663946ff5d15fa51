import { rateText, type RateView } from '../../../lib/billing/rate-view.ts';
import { BaseCommand, type Outcome } from '../../../lib/cli/base-command.ts';
import { yesFlag } from '../../../lib/cli/flags.ts';
import { rateFlags, readLetterOfRate } from '../../../lib/cli/rate-flags.ts';
import { dayFlag } from '../../../lib/cli/time-flags.ts';
import { counted } from '../../../lib/core/counted.ts';

interface Result {
  /** Two where letters of the Crown had another rate than the others. */
  readonly rates: readonly RateView[];
}

export default class BillingRatesRemove extends BaseCommand<Result> {
  static override summary = 'Remove what a text or a letter would have cost from a day to come.';
  static override description = `For a rate that was added wrong: remove it, then add the right one. Messages are counted with a rate from its first day in London, so one that has begun stays. Without --crown or --no-crown, that of both kinds of services goes.
Exit status: 0 done, 2 a flag is missing or wrong, 4 the rate has begun, or not confirmed, 5 no such rate.`;
  static override examples = [
    '<%= config.bin %> billing rates remove --type sms --from 2027-04-01 --yes',
    '<%= config.bin %> billing rates remove --type letter --from 2027-04-01 --sheets 1 --postage second --yes',
  ];
  static override flags = {
    ...rateFlags,
    from: dayFlag({ summary: 'The first day in London that it would have held for.', required: true }),
    yes: yesFlag,
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(BillingRatesRemove);
    const { from } = flags;
    const letter = readLetterOfRate(flags);
    const what = letter === null ? 'texts' : `letters of ${counted(letter.sheets, 'sheet')}, ${letter.postage}`;
    await this.confirm(`Remove the rate of ${what}${whoseText(letter?.crown)} from ${from}?`, flags);
    return this.withApp(flags, async (app) => {
      const { removeLetterRate, removeSmsRate } = await import('../../../lib/billing/remove-rate.ts');
      const rates = await (letter === null ? removeSmsRate(app, from) : removeLetterRate(app, { from, ...letter }));
      return { result: { rates } };
    });
  }

  protected render({ rates }: Result): string {
    return rates
      .map(({ from, sheets, postage, crown, rate }) => {
        const what =
          sheets === undefined ? 'a fragment of a text' : `a letter of ${counted(sheets, 'sheet')}, ${postage}`;
        return `Removed: ${rateText(rate)} for ${what}${whoseText(crown)} from ${from}.`;
      })
      .join('\n');
  }
}

function whoseText(crown: boolean | null | undefined): string {
  return crown === null || crown === undefined ? '' : crown ? ' (crown)' : ' (not crown)';
}
