import type { Clock } from '../core/clock.ts';
import type { Config } from '../config/schema.ts';
import { isAppError, messageOf } from '../core/errors.ts';
import { createPrintApi } from '../print-runs/create-print-api.ts';
import { createPrintDestination } from '../print-runs/create-print-destination.ts';
import { checkFolder } from './check-storage.ts';
import { ok, wrong, type Check } from './check.ts';

const name = 'print-destination';
const settings = {
  configuration: 'Set what is missing, or unset what is too much; `notify config show` shows it.',
  sftp: 'Check NOTIFY_PRINT_SFTP_URL, its password or NOTIFY_PRINT_SFTP_KEY, and the network.',
  folder: 'Set NOTIFY_PRINT_FOLDER to a folder that this account can write to.',
};

/**
 * Whether letters can be brought to the print provider: its server is reached, logged in to, and the one that is configured.
 * Nothing without one: the outbox is in the state folder, which has a check of its own.
 */
export async function checkPrinter(config: Config, { clock }: { readonly clock: Clock }): Promise<Check[]> {
  try {
    return await check(config, clock);
  } catch (error) {
    const usual = isAppError(error, 'CONFIG_INVALID') ? settings.configuration : settings.sftp;
    return [wrong(name, messageOf(error), (isAppError(error) ? error.hint : undefined) ?? usual)];
  }
}

async function check(config: Config, clock: Clock): Promise<Check[]> {
  const destination = createPrintDestination(config);
  // No letter is given to it: nothing is sealed.
  const api = createPrintApi(config, { clock, secretBox: { seal: () => '' } });
  if (api !== null) {
    try {
      await api.check();
      return [ok(name, `${api.place} can be logged in to`)];
    } finally {
      await api.close();
    }
  }
  try {
    if (destination.kind === 'outbox') return [];
    if (destination.kind === 'folder') return [await checkFolder(name, destination.place, settings.folder)];
    await destination.check();
    return [ok(name, `${destination.place} can be logged in to, and shows a known host key`)];
  } finally {
    await destination.close();
  }
}
