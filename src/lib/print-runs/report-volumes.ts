import type { Config } from '../config/schema.ts';
import type { AcceptDeps } from '../notifications/accept-notification.ts';
import { sendOne } from '../notifications/send-one.ts';
import type { Logger } from '../observability/logger.ts';
import type { PrintDeadline } from './print-deadline.ts';
import { countWaitingLetters } from './printable-letter-repository.ts';
import { volumePersonalisation } from './volumes.ts';

export type VolumeDeps = AcceptDeps & {
  readonly logger: Pick<Logger, 'warn'>;
  readonly config: Pick<Config, 'printVolumeAddresses' | 'printVolumeTemplate'>;
};

/**
 * Tells the print provider by email how many letters it is about to get (letters sheet §9). What is wrong with the report
 * is logged: letters are not held up by it.
 */
export async function reportVolumes(deps: VolumeDeps, { printDate, deadline }: PrintDeadline): Promise<void> {
  const { printVolumeAddresses: addresses, printVolumeTemplate } = deps.config;
  const [templateId] = printVolumeTemplate;
  if (addresses.length === 0 || templateId === undefined) return;
  const personalisation = volumePersonalisation(await countWaitingLetters(deps.db, deadline), printDate);
  for (const to of addresses) {
    try {
      await sendOne(deps, { templateId, to, personalisation, clientReference: null, senderId: null });
    } catch (error) {
      deps.logger.warn({ err: error }, 'The print provider could not be told how many letters it gets');
    }
  }
}
