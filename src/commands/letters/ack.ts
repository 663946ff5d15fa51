import { Args } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dayFlag } from '../../lib/cli/time-flags.ts';
import { counted } from '../../lib/core/counted.ts';

interface Result {
  readonly print_date: string;
  /** Zips that the given files acknowledge. */
  readonly acknowledged: readonly string[];
  /** Files that name no zip. */
  readonly unknown: readonly string[];
  /** Zips of the print date that were sent and not acknowledged. */
  readonly missing: readonly string[];
}

export default class LettersAck extends BaseCommand<Result> {
  static override summary = 'Note which zips the print provider acknowledged, and show those it did not.';
  static override description = `The names of files count: NAME.ACK.txt acknowledges NAME.ZIP, whatever the case. Exit status: 0 every zip of the print date is acknowledged; 3 some are not.`;
  static override examples = [
    '<%= config.bin %> letters ack dispatch/*.ACK.txt',
    '<%= config.bin %> letters ack --print-date 2026-01-30',
  ];
  static override strict = false;
  static override args = { file: Args.string({ description: 'names of acknowledgements', ignoreStdin: true }) };
  static override flags = { 'print-date': dayFlag({ summary: 'Print date that is shown; without it, the last one.' }) };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags, argv } = await this.parse(LettersAck);
    const printDate = flags['print-date'];
    return this.withApp(flags, async (app) => {
      const { acknowledge } = await import('../../lib/print-runs/acknowledge-zips.ts');
      const { printDate: print_date, ...report } = await acknowledge(app, {
        files: argv as string[],
        ...(printDate !== undefined && { printDate }),
      });
      return { result: { print_date, ...report }, status: report.missing.length > 0 ? 'partial' : 'ok' };
    });
  }

  protected render({ print_date, acknowledged, unknown, missing }: Result): string {
    const lines = [`The files acknowledge ${counted(acknowledged.length, 'zip')}.`];
    if (unknown.length > 0) lines.push(`Of no zip: ${unknown.join(', ')}`);
    if (missing.length === 0) lines.push(`Every zip of ${print_date} that was sent is acknowledged.`);
    else lines.push(`Not acknowledged, of ${print_date}:`, ...missing);
    return lines.join('\n');
  }
}
