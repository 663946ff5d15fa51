import { Flags } from '@oclif/core';
import { AppError } from '../core/errors.ts';
import { uuidFlag } from './flags.ts';

/** `--as`, for commands about broadcasts: who does it is checked, and kept. */
export const actingUserFlag = uuidFlag({ summary: 'The member of the service who does it.', required: true });

/** `--confirm`, for what makes phones ring, or stops them. */
export const confirmReferenceFlag = Flags.string({
  summary: 'Do it: the reference of the broadcast, or its id when it has none.',
  helpValue: 'REFERENCE',
});

/**
 * Holds the confirmation against the broadcast that is meant.
 *
 * @throws AppError CONFIRMATION_NEEDED
 */
export function requireConfirmation(
  message: { readonly id: string; readonly reference: string | null },
  confirmed: string | undefined,
  doing: string,
): void {
  const name = message.reference ?? message.id;
  if (confirmed === name) return;
  const problem =
    confirmed === undefined
      ? `${doing} '${name}'? Nothing was done.`
      : `'${confirmed}' is not '${name}': nothing was done.`;
  throw new AppError('CONFIRMATION_NEEDED', problem, { hint: `Repeat the command with --confirm '${name}'.` });
}
