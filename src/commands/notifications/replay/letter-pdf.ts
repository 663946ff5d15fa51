import { BaseCommand, type Outcome } from '../../../lib/cli/base-command.ts';
import { dryRunFlag, uuidFlag, yesFlag } from '../../../lib/cli/flags.ts';

interface Result {
  readonly id: string;
  /** False: a job for it waits or runs already. */
  readonly queued: boolean;
  readonly dry_run: boolean;
}

export default class NotificationsReplayLetterPdf extends BaseCommand<Result> {
  static override summary = 'Have the PDF of one letter made again.';
  static override description = `Only of a letter that was made from a template and is in created. Exit status: 0 queued, or queued already; 4 not confirmed or refused, 5 no such letter.`;
  static override examples = [
    '<%= config.bin %> notifications replay letter-pdf --notification-id 018f2f6e-7c1a-7000-8000-000000000000 --yes',
  ];
  static override flags = {
    'notification-id': uuidFlag({ char: 'n', summary: 'The letter.', required: true }),
    'dry-run': dryRunFlag,
    yes: yesFlag,
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(NotificationsReplayLetterPdf);
    const id = flags['notification-id'];
    const dryRun = Boolean(flags['dry-run']);
    return this.withApp(flags, async (app) => {
      const { replayLetterPdf } = await import('../../../lib/notifications/replay-letter-pdf.ts');
      let queued = await replayLetterPdf(app, { notificationId: id, dryRun: true });
      if (queued && !dryRun) {
        await this.confirm(`Make the PDF of letter ${id} again?`, flags);
        queued = await replayLetterPdf(app, { notificationId: id });
      }
      return { status: dryRun ? 'planned' : 'ok', result: { id, queued, dry_run: dryRun } };
    });
  }

  protected render({ id, queued, dry_run }: Result): string {
    if (!queued) return `The PDF of letter ${id} is about to be made already.`;
    return dry_run ? `Would make the PDF of letter ${id} again.` : `The PDF of letter ${id} will be made again.`;
  }
}
