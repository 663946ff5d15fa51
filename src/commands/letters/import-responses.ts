import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { Args, Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { table } from '../../lib/cli/table.ts';
import { counted } from '../../lib/core/counted.ts';
import { AppError } from '../../lib/core/errors.ts';
import { assertNoFolder, unreadableFile } from '../../lib/core/file-error.ts';
import type { ResponseReport } from '../../lib/print-runs/import-responses.ts';

interface File {
  readonly file: string;
  readonly billing_day: string;
  readonly lines: number;
  readonly delivered: number;
  readonly failed: number;
  /** Letters that had ended before. */
  readonly unchanged: number;
  /** References that no letter has. */
  readonly unknown: number;
  /** Letters with another number of sheets than was counted. */
  readonly other_sheets: number;
  /** Null when the file says of a letter neither that it was sorted nor that it was not. */
  readonly sorted: number | null;
  readonly unsorted: number | null;
  readonly problems: readonly string[];
}

export default class LettersImportResponses extends BaseCommand<readonly File[]> {
  static override summary = 'Read what became of letters from files of the print provider.';
  static override description = `Lines are reference|status|page_count|cost_threshold; names are NOTIFY-YYYYMMDDHHMMSS-RSP.TXT. Letters that were Sent are delivered, others temporary-failure; only letters in sending move. The same file may be read again.
--from-server reads what the provider left in the folders NOTIFY_PRINT_RESPONSE_FOLDERS of the server or folder that zips go to, and that was not read yet: responses, and acknowledgements of zips. With NOTIFY_PRINT_RESPONSES=server the schedule does it every ten minutes. Exit status: 0 done; 2 a file of another form, of which nothing is applied; 3 done, and somebody should look at what the provider says; 69 the server does not answer; 75 another process reads its files.`;
  static override examples = [
    '<%= config.bin %> letters import-responses NOTIFY-20260130230000-RSP.TXT',
    '<%= config.bin %> letters import-responses --from-server',
  ];
  static override strict = false;
  static override args = {
    file: Args.string({ description: 'files of responses', ignoreStdin: true }),
  };
  static override flags = {
    'from-server': Flags.boolean({ summary: 'Read what is new on the server that zips go to, in place of files.' }),
  };

  protected async execute(): Promise<Outcome<readonly File[]>> {
    const { flags, argv } = await this.parse(LettersImportResponses);
    const names = argv as string[];
    const fromServer = flags['from-server'] === true;
    if (fromServer !== (names.length === 0))
      throw new AppError('USAGE_INVALID', 'FILE or --from-server is missing, or both are given: expected one of them');
    if (fromServer) return this.readServer(flags);
    for (const name of names) await requireFile(name);
    const files = await this.withApp(flags, async (app) => {
      const { importResponses } = await import('../../lib/print-runs/import-responses.ts');
      const reports: File[] = [];
      for (const name of names)
        reports.push(toFile(await importResponses(app, { name, open: async () => createReadStream(name) })));
      return reports;
    });
    return this.outcomeOf(files);
  }

  private async readServer(flags: Parameters<typeof this.loadConfig>[0]): Promise<Outcome<readonly File[]>> {
    const report = await this.withApp(flags, async (app) => {
      const { pollResponses } = await import('../../lib/print-runs/poll-responses.ts');
      return pollResponses(app, { settled: false });
    });
    const { responses, refused, acknowledgements, unknownAcknowledgements } = report;
    this.notice(`Read ${counted(acknowledgements, 'acknowledgement')}; of no zip: ${unknownAcknowledgements}.`);
    const outcome = this.outcomeOf(responses.map(toFile));
    for (const { message } of refused) this.addWarning(message);
    return refused.length > 0 ? { ...outcome, status: 'partial' } : outcome;
  }

  private outcomeOf(files: readonly File[]): Outcome<readonly File[]> {
    for (const { problems } of files) for (const problem of problems) this.addWarning(problem);
    return { result: files, status: files.some(({ problems }) => problems.length > 0) ? 'partial' : 'ok' };
  }

  protected render(files: readonly File[]): string {
    if (files.length === 0) return 'There are no new files of responses.';
    return table(files.map(({ problems, ...file }) => ({ ...file, problems: problems.length })));
  }
}

function toFile({ billingDay, otherSheets, ...report }: ResponseReport): File {
  return { ...report, billing_day: billingDay, other_sheets: otherSheets };
}

/** @throws AppError USAGE_INVALID when there is no such file, or it cannot be read */
async function requireFile(name: string): Promise<void> {
  try {
    await access(name, constants.R_OK);
    assertNoFolder(await stat(name));
  } catch (error) {
    throw unreadableFile('FILE', name, error, 'a file of responses');
  }
}
