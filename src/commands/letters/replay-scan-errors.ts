import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dryRunFlag, yesFlag } from '../../lib/cli/flags.ts';
import { AppError } from '../../lib/core/errors.ts';
import type { ReplayedScan } from '../../lib/letters/scan-errors.ts';

interface Result {
  readonly files: readonly ReplayedScan[];
  readonly dry_run: boolean;
}

export default class LettersReplayScanErrors extends BaseCommand<Result> {
  static override summary = 'Have letters scanned again whose virus scans failed for technical reasons.';
  static override description = `Their files are under ERROR/ in the scan area. Each letter waits for its virus check again. Exit status: 0 done; 3 some files belong to no letter, or to one that may not change; 4 not confirmed; 5 no such file.`;
  static override examples = [
    '<%= config.bin %> letters replay-scan-errors --dry-run',
    '<%= config.bin %> letters replay-scan-errors --file NOTIFY.ABCDEF1234567890.D.2.C.20201023120000.PDF --yes',
  ];
  static override flags = {
    file: Flags.string({ char: 'f', summary: 'Only this file, named without ERROR/.', helpValue: 'NAME' }),
    'dry-run': dryRunFlag,
    yes: yesFlag,
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(LettersReplayScanErrors);
    const { file = null } = flags;
    const dryRun = Boolean(flags['dry-run']);
    return this.withApp(flags, async (app) => {
      const { replayScanErrors } = await import('../../lib/letters/scan-errors.ts');
      if (!dryRun) await this.confirm('Have letters scanned again?', flags);
      const files = await Array.fromAsync(replayScanErrors(app, { file, dryRun }));
      if (file !== null && files.length === 0)
        throw new AppError('NOT_FOUND', `There is no file '${file}' under ERROR/ in the scan area`);
      const isPartial = files.some(({ outcome }) => outcome !== 'queued');
      return { status: isPartial ? 'partial' : dryRun ? 'planned' : 'ok', result: { files, dry_run: dryRun } };
    });
  }

  protected render({ files, dry_run }: Result): string {
    if (files.length === 0) return 'There is nothing to scan again.';
    const told = {
      queued: dry_run ? 'would be scanned again' : 'is scanned again',
      unknown: 'belongs to no letter',
      refused: 'its letter may not change',
    };
    return files.map(({ file, outcome }) => `${file}: ${told[outcome]}`).join('\n');
  }
}
