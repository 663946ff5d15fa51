import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dryRunFlag, uuidFlag, yesFlag } from '../../lib/cli/flags.ts';
import { counted } from '../../lib/core/counted.ts';

interface Result {
  readonly ids: readonly string[];
  readonly dry_run: boolean;
}

export default class LettersResend extends BaseCommand<Result> {
  static override summary = 'Have letters printed again that were sent, or that failed.';
  static override description = `A letter in sending or technical-failure waits for the next print run again, with its reference and its PDF. One that the provider has is printed a second time. Exit status: 0 done; 4 not confirmed or refused, 5 no such letter.`;
  static override examples = [
    '<%= config.bin %> letters resend --notification-id 018f2f6e-7c1a-7000-8000-000000000000 --yes',
  ];
  static override flags = {
    'notification-id': uuidFlag({
      char: 'n',
      summary: 'The letter, repeatable.',
      required: true,
      multiple: true,
      multipleNonGreedy: true,
    }),
    'dry-run': dryRunFlag,
    yes: yesFlag,
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(LettersResend);
    const ids = flags['notification-id'];
    const dryRun = Boolean(flags['dry-run']);
    return this.withApp(flags, async (app) => {
      const { resendLetter } = await import('../../lib/print-runs/resend-letter.ts');
      for (const notificationId of ids) await resendLetter(app, { notificationId, dryRun: true });
      if (!dryRun) {
        await this.confirm(`Print ${counted(ids.length, 'letter')} again?`, flags);
        for (const notificationId of ids) await resendLetter(app, { notificationId });
      }
      return { status: dryRun ? 'planned' : 'ok', result: { ids, dry_run: dryRun } };
    });
  }

  protected render({ ids, dry_run }: Result): string {
    return `${dry_run ? 'Would put back' : 'Put back'} ${counted(ids.length, 'letter')} for the next print run.`;
  }
}
