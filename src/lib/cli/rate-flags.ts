/** Flags that say which rate is meant: the same for all commands of rates. */
import { Flags } from '@oclif/core';
import type { NewLetterRate } from '../billing/add-rate.ts';
import { mostRatedSheets } from '../billing/rate.ts';
import { AppError } from '../core/errors.ts';
import { postages, type Postage } from '../letters/postage.ts';

/** The type of message, and what a rate of letters has besides. */
export const rateFlags = {
  type: Flags.option({
    options: ['sms', 'letter'] as const,
    char: 't',
    summary: 'What it is for.',
    required: true,
  })(),
  sheets: Flags.integer({ summary: 'Sheets of the letter.', min: 1, max: mostRatedSheets, helpValue: 'N' }),
  postage: Flags.option({ summary: 'How the letter travels.', options: postages })(),
  crown: Flags.boolean({ summary: 'Only for letters of the Crown.', exclusive: ['no-crown'] }),
  'no-crown': Flags.boolean({ summary: 'Only for letters of others than the Crown.' }),
};

interface RateFlags {
  readonly type: 'sms' | 'letter';
  readonly sheets?: number | undefined;
  readonly postage?: Postage | undefined;
  readonly crown: boolean;
  readonly 'no-crown': boolean;
}

type LetterOfRate = Pick<NewLetterRate, 'sheets' | 'postage' | 'crown'>;

/**
 * The letter that the flags name; null of texts.
 *
 * @throws AppError USAGE_INVALID when a flag of letters is missing, or given for texts
 */
export function readLetterOfRate(flags: RateFlags): LetterOfRate | null {
  return flags.type === 'letter' ? letterOf(flags) : noLetterOf(flags);
}

function letterOf(flags: RateFlags): LetterOfRate {
  const { sheets, postage } = flags;
  const crown = flags.crown ? true : flags['no-crown'] ? false : null;
  if (sheets !== undefined && postage !== undefined) return { sheets, postage, crown };
  const missing = sheets === undefined ? '--sheets' : '--postage';
  throw new AppError('USAGE_INVALID', `${missing} is missing: expected it for the rate of a letter`);
}

function noLetterOf(flags: RateFlags): null {
  const ofLetters = ['sheets', 'postage', 'crown', 'no-crown'] as const;
  const given = ofLetters.find((name) => flags[name] !== undefined && flags[name] !== false);
  if (given === undefined) return null;
  throw new AppError('USAGE_INVALID', `--${given} is for letters: expected none for the rate of texts`);
}
