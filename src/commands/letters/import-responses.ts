import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Args } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { table } from '../../lib/cli/table.ts';
import { AppError, messageOf } from '../../lib/core/errors.ts';

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
  static override description = `Lines are reference|status|page_count|cost_threshold; names are NOTIFY-YYYYMMDDHHMMSS-RSP.TXT. Letters that were Sent are delivered, others temporary-failure; only letters in sending move. The same file may be read again. Exit status: 0 done; 2 a file of another form, of which nothing is applied; 3 done, and somebody should look at what the provider says.`;
  static override examples = ['<%= config.bin %> letters import-responses NOTIFY-20260130230000-RSP.TXT'];
  static override strict = false;
  static override args = {
    file: Args.string({ description: 'files of responses', required: true, ignoreStdin: true }),
  };

  protected async execute(): Promise<Outcome<readonly File[]>> {
    const { flags, argv } = await this.parse(LettersImportResponses);
    const names = argv as string[];
    for (const name of names) await requireFile(name);
    const files = await this.withApp(flags, async (app) => {
      const { importResponses } = await import('../../lib/print-runs/import-responses.ts');
      const reports: File[] = [];
      for (const name of names) {
        const { billingDay, otherSheets, ...report } = await importResponses(app, {
          name,
          open: async () => createReadStream(name),
        });
        reports.push({ ...report, billing_day: billingDay, other_sheets: otherSheets });
      }
      return reports;
    });
    for (const { problems } of files) for (const problem of problems) this.addWarning(problem);
    return { result: files, status: files.some(({ problems }) => problems.length > 0) ? 'partial' : 'ok' };
  }

  protected render(files: readonly File[]): string {
    return table(files.map(({ problems, ...file }) => ({ ...file, problems: problems.length })));
  }
}

async function requireFile(name: string): Promise<void> {
  const found = await stat(name).catch((error: unknown) => {
    throw new AppError('USAGE_INVALID', `FILE is '${name}': the file cannot be read (${messageOf(error)})`);
  });
  if (!found.isFile()) throw new AppError('USAGE_INVALID', `FILE is '${name}': expected a file`);
}
