import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { yesFlag } from '../../lib/cli/flags.ts';
import { interruptible } from '../../lib/cli/interruptible.ts';
import { startProgress } from '../../lib/cli/progress.ts';
import { counted } from '../../lib/core/counted.ts';

interface Result {
  /** Where zips go. */
  readonly destination: string;
  /** By how they came there: now, found there with the right size, or noted as sent before. */
  readonly uploaded: number;
  readonly there: number;
  readonly recorded: number;
  readonly letters: number;
  readonly bytes: number;
  /** Zips that cannot be made any more. */
  readonly failures: readonly { readonly name: string; readonly message: string }[];
  /** Zips that are still to be uploaded. */
  readonly open: number;
  /** With --give-up: the letters that failed. */
  readonly given_up: number | null;
}

export default class LettersUpload extends BaseCommand<Result> {
  static override summary = 'Send open zips of letters to the print provider.';
  static override description = `In the order in which they were made; each is made while it is sent. Interrupted or failed, the same command goes on: a zip that the provider has is not sent again. Its letters are sending afterwards.
--give-up marks a zip as failed and its letters as technical-failure; make sure that the provider does not have it. Exit status: 0 done, also with nothing to do; 3 some zips cannot be made; 4 not confirmed; 5 no such zip; 69 the destination does not take them; 75 another process uploads; 78 the server is not the configured one.`;
  static override examples = [
    '<%= config.bin %> letters upload',
    '<%= config.bin %> letters upload --give-up NOTIFY.2026-01-30.2.001.….ZIP --yes',
  ];
  static override flags = {
    resume: Flags.boolean({ summary: 'Go on where the last upload ended; every upload does.' }),
    'give-up': Flags.string({ summary: 'Give this zip up in place of uploading.', helpValue: 'ZIP' }),
    yes: yesFlag,
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(LettersUpload);
    const name = flags['give-up'];
    if (name !== undefined) {
      await this.confirm(`Give ${name} up, and fail its letters?`, flags);
      return this.withApp(flags, async (app) => {
        const { giveUpZip } = await import('../../lib/print-runs/give-up-zip.ts');
        const given_up = await giveUpZip(app, { name });
        const nothing = { uploaded: 0, there: 0, recorded: 0, letters: 0, bytes: 0, failures: [], open: 0 };
        return { result: { destination: app.printDestination.place, ...nothing, given_up } };
      });
    }
    const result = await interruptible(
      (signal) =>
        this.withApp(flags, async (app) => {
          const { uploadZips } = await import('../../lib/print-runs/upload-zips.ts');
          const progress = startProgress({ label: 'Zips uploaded' });
          const onProgress = (done: number, total: number): void => progress.update(done, total);
          const { zips, ...report } = await uploadZips(app, { signal, onProgress }).finally(() => progress.stop());
          return { destination: app.printDestination.place, ...zips, ...report, given_up: null };
        }),
      { notice: (line) => this.notice(line), afterwards: 'What was uploaded stays so; the same command goes on.' },
    );
    for (const { message } of result.failures) this.addWarning(message);
    return { result, status: result.failures.length > 0 ? 'partial' : 'ok' };
  }

  protected render({ destination, uploaded, there, recorded, letters, open, given_up }: Result): string {
    if (given_up !== null) return `Given up: ${counted(given_up, 'letter')} ended as technical-failure.`;
    const zips = uploaded + there + recorded;
    if (zips === 0 && open === 0) return 'No zip is open.';
    const found = there + recorded > 0 ? `, of which ${there + recorded} already there` : '';
    const left = open > 0 ? ` Still open: ${counted(open, 'zip')}.` : '';
    return `At ${destination}: ${counted(zips, 'zip')} with ${counted(letters, 'letter')}${found}.${left}`;
  }
}
