import type { Config } from '../config/schema.ts';
import { AppError, isAppError } from '../core/errors.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { raiseAlert } from '../observability/raise-alert.ts';
import { acknowledge, isAcknowledgementName } from './acknowledge-zips.ts';
import { findNewFiles } from './find-new-files.ts';
import { importResponses, type ResponseDeps, type ResponseReport } from './import-responses.ts';
import type { PrintDestination, ProviderFile } from './print-destination.ts';
import { tryPrintLock } from './print-run-repository.ts';
import { noteReadFile } from './provider-file-repository.ts';

export interface PollDeps extends ResponseDeps {
  readonly printDestination: PrintDestination;
  readonly config: Pick<Config, 'printResponses' | 'printResponseFolders'>;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'alerts'>;
}

/** What was found in the folders of the provider. */
export interface PollReport {
  readonly responses: readonly ResponseReport[];
  /** Files of responses of which nothing was applied. */
  readonly refused: readonly { readonly file: string; readonly message: string }[];
  /** Acknowledgements that were read, and those of them that name no zip. */
  readonly acknowledgements: number;
  readonly unknownAcknowledgements: number;
}

/**
 * Reads files that the print provider left on the server that zips go to: what became of letters, and which zips it has
 * (letters sheet §11). Each is read once, and again when it changed. Killed at any step and run again, a file may be read a
 * second time, which changes nothing.
 *
 * @throws AppError LOCKED while another process does it; PRINT_FAILED, PRINT_HOST_UNKNOWN
 */
export async function pollResponses(deps: PollDeps, { settled }: { readonly settled: boolean }): Promise<PollReport> {
  const responses: ResponseReport[] = [];
  const refused: { file: string; message: string }[] = [];
  let acknowledgements = 0;
  let unknownAcknowledgements = 0;
  await deps.db.transaction(async (lock) => {
    if (!(await tryPrintLock(lock, 'responses')))
      throw new AppError('LOCKED', "Another process reads the print provider's files now", {
        hint: 'Try again when it is done.',
      });
    for (const folder of deps.config.printResponseFolders) {
      const files = await findNewFiles(deps, { folder, settled });
      const acks = files.filter(({ name }) => isAcknowledgementName(name));
      unknownAcknowledgements += await readAcknowledgements(deps, acks);
      acknowledgements += acks.length;
      for (const file of files.filter(({ name }) => !isAcknowledgementName(name))) {
        const read = await readResponses(deps, file);
        if ('message' in read) refused.push(read);
        else responses.push(read);
      }
    }
  });
  return { responses, refused, acknowledgements, unknownAcknowledgements };
}

/** The same by the clock, where that is configured: what somebody should look at is logged. */
export async function pollResponsesBySchedule(deps: PollDeps): Promise<void> {
  if (deps.config.printResponses !== 'server') return;
  try {
    const { responses } = await pollResponses(deps, { settled: true });
    for (const { file, problems } of responses) for (const problem of problems) deps.logger.error({ file }, problem);
  } catch (error) {
    // Whoever has the lock reads them.
    if (!isAppError(error, 'LOCKED')) throw error;
  }
}

async function readAcknowledgements(deps: PollDeps, files: readonly ProviderFile[]): Promise<number> {
  if (files.length === 0) return 0;
  const { unknown } = await acknowledge(deps, { files: files.map(({ name }) => name) });
  for (const { folder, name } of files) await noteReadFile(deps.db, { folder, name, problem: null }, deps.clock.now());
  return unknown.length;
}

async function readResponses(
  deps: PollDeps,
  { folder, name }: ProviderFile,
): Promise<ResponseReport | { file: string; message: string }> {
  try {
    const open = () => deps.printDestination.read({ folder, name });
    const report = await importResponses(deps, { name, open });
    await noteReadFile(deps.db, { folder, name, problem: null }, deps.clock.now());
    return report;
  } catch (error) {
    // No other attempt would do better; the provider may put another file in its place.
    if (!isAppError(error, 'VALIDATION_FAILED')) throw error;
    const { message } = error;
    await noteReadFile(deps.db, { folder, name, problem: message }, deps.clock.now());
    raiseAlert(deps, {
      alert: 'letters-response-refused',
      message: `A file of responses of the print provider cannot be read: ${message}`,
      command: 'notify letters import-responses FILE',
      details: { file: name },
    });
    return { file: name, message };
  }
}
