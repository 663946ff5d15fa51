import { Args } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { yesFlag } from '../../lib/cli/flags.ts';
import { readInputText } from '../../lib/cli/read-input.ts';
import { counted } from '../../lib/core/counted.ts';

interface Result {
  /** Letters that were not reported before. */
  readonly recorded: number;
  readonly already: number;
  /** References that no letter has. */
  readonly unknown: number;
}

export default class LettersReturned extends BaseCommand<Result> {
  static override summary = 'Note letters that came back to the print provider.';
  static override description = `The file has a print reference on each line; NOTIFY000 in front of it is left off. Their letters are returned-letter afterwards, and their services are told. Exit status: 0 done; 2 a line that is no reference, nothing is noted; 4 not confirmed.`;
  static override examples = ['<%= config.bin %> letters returned references.txt --yes'];
  static override args = {
    file: Args.string({ description: 'file of references, - for standard input', required: true, ignoreStdin: true }),
  };
  static override flags = { yes: yesFlag };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(LettersReturned);
    const lines = (await readInputText(args.file, 'FILE')).split(/\r?\n/).map((line) => line.trim());
    const { recordReturnedLetters, withoutPrefix } = await import('../../lib/print-runs/record-returned-letters.ts');
    const references = lines.filter((line) => line !== '').map(withoutPrefix);
    await this.confirm(`Note ${counted(references.length, 'letter')} as returned?`, flags);
    return this.withApp(flags, async (app) => ({ result: await recordReturnedLetters(app, { references }) }));
  }

  protected render({ recorded, already, unknown }: Result): string {
    return `Noted as returned: ${counted(recorded, 'letter')}; noted before: ${already}; of no letter: ${counted(unknown, 'reference')}.`;
  }
}
