import { Flags } from '@oclif/core';
import { rateText, type RateView } from '../../../lib/billing/rate-view.ts';
import { BaseCommand, type Outcome } from '../../../lib/cli/base-command.ts';
import { rateFlags, readLetterOfRate } from '../../../lib/cli/rate-flags.ts';
import { dayFlag } from '../../../lib/cli/time-flags.ts';
import { counted } from '../../../lib/core/counted.ts';
import { londonDate } from '../../../lib/core/london-time.ts';
import { mostSheets } from '../../../lib/letters/sheets.ts';

export default class BillingRatesAdd extends BaseCommand<RateView> {
  static override summary = 'Add what a text or a letter costs from a day on.';
  static override description = `Rates are never changed: the newest one of a day holds. One from a day that is over is of messages that are counted already: \`billing rebuild\` counts them again. A wrong one that has not begun can be taken away: \`billing rates remove\`.
Exit status: 0 done, 2 a flag is missing or wrong, 4 there is a rate from that day.`;
  static override examples = [
    '<%= config.bin %> billing rates add --type sms --from 2027-04-01 --rate 0.025',
    '<%= config.bin %> billing rates add --type letter --from 2027-04-01 --sheets 1 --postage second --rate 0.75',
    '<%= config.bin %> billing rates add --type letter --from 2027-04-01 --sheets 1 --postage second --rate 0.79 --no-crown',
  ];
  static override flags = {
    ...rateFlags,
    from: dayFlag({ summary: 'The first day in London that it holds for.', required: true }),
    rate: Flags.string({
      summary: 'Pounds: for a fragment of a text (below 1), or for a letter with all its sheets (below 100).',
      required: true,
      helpValue: 'POUNDS',
    }),
  };

  protected async execute(): Promise<Outcome<RateView>> {
    const { flags } = await this.parse(BillingRatesAdd);
    const { type, from, rate } = flags;
    const letter = readLetterOfRate(flags);
    return this.withApp(flags, async (app) => {
      const { addLetterRate, addSmsRate } = await import('../../../lib/billing/add-rate.ts');
      await (letter === null ? addSmsRate(app, { from, rate }) : addLetterRate(app, { from, rate, ...letter }));
      if (letter !== null && letter.sheets > mostSheets)
        this.addWarning(`Letters have ${mostSheets} sheets at most: the rate is of such as were accepted otherwise`);
      const today = londonDate(app.clock.now());
      if (from <= today) {
        this.addWarning(
          `Days are counted with another rate: see 'notify billing rebuild --from ${from} --to ${today}'`,
        );
      }
      return { result: { notification_type: type, from, rate: Number(rate), ...letter } };
    });
  }

  protected render({ notification_type, from, rate, sheets, postage, crown }: RateView): string {
    if (notification_type === 'sms') return `From ${from} a fragment of a text costs ${rateText(rate)}.`;
    const whose = crown === null ? '' : crown ? ' (crown)' : ' (not crown)';
    return `From ${from} a letter of ${counted(sheets!, 'sheet')}, ${postage}, costs ${rateText(rate)}${whose}.`;
  }
}
