import { Flags } from '@oclif/core';
import type { NewLetterRate } from '../../../lib/billing/add-rate.ts';
import { rateText, type RateView } from '../../../lib/billing/rate-view.ts';
import { BaseCommand, type Outcome } from '../../../lib/cli/base-command.ts';
import { dayFlag } from '../../../lib/cli/time-flags.ts';
import { AppError } from '../../../lib/core/errors.ts';
import { londonDate } from '../../../lib/core/london-time.ts';
import { postages, type Postage } from '../../../lib/letters/postage.ts';

export default class BillingRatesAdd extends BaseCommand<RateView> {
  static override summary = 'Add what a text or a letter costs from a day on.';
  static override description = `Rates are never changed: the newest one of a day holds. One from a day that is over is of messages that are counted already: \`billing rebuild\` counts them again.
Exit status: 0 done, 2 a flag is missing or wrong, 4 there is a rate from that day.`;
  static override examples = [
    '<%= config.bin %> billing rates add --type sms --from 2027-04-01 --rate 0.025',
    '<%= config.bin %> billing rates add --type letter --from 2027-04-01 --sheets 1 --postage second --rate 0.75',
    '<%= config.bin %> billing rates add --type letter --from 2027-04-01 --sheets 1 --postage second --rate 0.79 --no-crown',
  ];
  static override flags = {
    type: Flags.option({
      options: ['sms', 'letter'] as const,
      char: 't',
      summary: 'What it is for.',
      required: true,
    })(),
    from: dayFlag({ summary: 'The first day in London that it holds for.', required: true }),
    rate: Flags.string({
      summary: 'Pounds: for a fragment of a text, or for a letter with all its sheets.',
      required: true,
      helpValue: 'POUNDS',
    }),
    sheets: Flags.integer({ summary: 'Sheets of the letter.', min: 1, helpValue: 'N' }),
    postage: Flags.option({ summary: 'How the letter travels.', options: postages })(),
    crown: Flags.boolean({ summary: 'Only for letters of the Crown.', exclusive: ['no-crown'] }),
    'no-crown': Flags.boolean({ summary: 'Only for letters of others than the Crown.', exclusive: ['crown'] }),
  };

  protected async execute(): Promise<Outcome<RateView>> {
    const { flags } = await this.parse(BillingRatesAdd);
    const { type, from, rate } = flags;
    const letter = type === 'letter' ? letterOf(flags) : noLetterOf(flags);
    return this.withApp(flags, async (app) => {
      const { addLetterRate, addSmsRate } = await import('../../../lib/billing/add-rate.ts');
      await (letter === null ? addSmsRate(app, { from, rate }) : addLetterRate(app, { from, rate, ...letter }));
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
    return `From ${from} a letter of ${sheets} sheet(s), ${postage}, costs ${rateText(rate)}${whose}.`;
  }
}

interface LetterFlags {
  readonly sheets?: number | undefined;
  readonly postage?: Postage | undefined;
  readonly crown: boolean;
  readonly 'no-crown': boolean;
}

/** @throws AppError USAGE_INVALID */
function letterOf(flags: LetterFlags): Pick<NewLetterRate, 'sheets' | 'postage' | 'crown'> {
  const { sheets, postage } = flags;
  const crown = flags.crown ? true : flags['no-crown'] ? false : null;
  if (sheets !== undefined && postage !== undefined) return { sheets, postage, crown };
  const missing = sheets === undefined ? '--sheets' : '--postage';
  throw new AppError('USAGE_INVALID', `${missing} is missing: expected it for the rate of a letter`);
}

/** @throws AppError USAGE_INVALID */
function noLetterOf(flags: LetterFlags): null {
  const ofLetters = ['sheets', 'postage', 'crown', 'no-crown'] as const;
  const given = ofLetters.find((name) => flags[name] !== undefined && flags[name] !== false);
  if (given === undefined) return null;
  throw new AppError('USAGE_INVALID', `--${given} is for letters: expected none for the rate of texts`);
}
