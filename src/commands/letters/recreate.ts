import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dryRunFlag, uuidFlag, yesFlag } from '../../lib/cli/flags.ts';
import { letterChecksHint, meaningOf } from '../../lib/letters/sanitise/describe-problem.ts';
import type { LetterProblem } from '../../lib/letters/sanitise/sanitised-letter.ts';

interface Result {
  readonly id: string;
  /** Why the PDF cannot be made again; the old one stays then. Null: it was. */
  readonly problem: LetterProblem | null;
  readonly file: { readonly area: string; readonly key: string };
  readonly dry_run: boolean;
}

export default class LettersRecreate extends BaseCommand<Result> {
  static override summary = 'Make the PDF to print again of a letter that came as a PDF.';
  static override description = `From the file that was sent, which is kept for seven days; it is checked again, and replaces the PDF in its place. Exit status: 0 done; 1 the file cannot be printed, and the old PDF stays; 4 not confirmed or refused; 5 no such letter, or its file is not kept.`;
  static override examples = [
    '<%= config.bin %> letters recreate --notification-id 018f2f6e-7c1a-7000-8000-000000000000 --yes',
  ];
  static override flags = {
    'notification-id': uuidFlag({ char: 'n', summary: 'The letter.', required: true }),
    'dry-run': dryRunFlag,
    yes: yesFlag,
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(LettersRecreate);
    const notificationId = flags['notification-id'];
    const dryRun = Boolean(flags['dry-run']);
    return this.withApp(flags, async (app) => {
      const { recreatePrecompiledLetter } = await import('../../lib/letters/precompiled-recreate.ts');
      if (!dryRun) await this.confirm(`Replace the PDF of letter ${notificationId}?`, flags);
      const { place, problem } = await recreatePrecompiledLetter(app, { notificationId, dryRun });
      return {
        status: dryRun ? 'planned' : 'ok',
        exitCode: problem === null ? 0 : 1,
        result: { id: notificationId, problem, file: place, dry_run: dryRun },
      };
    });
  }

  protected render({ id, problem, file, dry_run }: Result): string {
    if (problem !== null)
      return `The PDF of letter ${id} stays as it is: ${problem}: ${meaningOf(problem, false)}\n${letterChecksHint}`;
    return `The PDF of letter ${id} ${dry_run ? 'would be' : 'was'} made again: ${file.area}/${file.key}`;
  }
}
