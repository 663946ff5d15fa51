import { Flags } from '@oclif/core';
import { counted } from '../core/counted.ts';
import { AppError } from '../core/errors.ts';
import { BaseCommand, type Outcome } from './base-command.ts';
import { answerLines, exitCodeOf, openLines, type LineHandler } from './jsonl.ts';

/** `--jsonl FILE`, for commands over many items. */
export const jsonlFlag = Flags.custom<string>({
  summary: 'JSON Lines from a file, or - for standard input: one object in, one object out.',
  helpValue: 'FILE',
});

/** How `--jsonl` ends; for the descriptions of such commands. */
export const jsonlDescription =
  'A line that cannot be processed (not JSON, or a field missing) is answered with {"ok": false, "error": …} and the run ' +
  'goes on. Exit status: 0 every line was processed, 3 some were not, 1 none was.';

/** A command that only answers JSON Lines: standard output is theirs alone. */
export abstract class JsonLinesCommand extends BaseCommand<null> {
  /** Parses the flags; returns where the lines are and what answers them. */
  protected abstract readLines(): Promise<{ file: string; answer: LineHandler }>;

  protected async execute(): Promise<Outcome<null>> {
    const { file, answer } = await this.readLines();
    const exitCode = await answerJsonLines(file, answer, {
      json: this.jsonEnabled(),
      notice: (line) => this.notice(line),
    });
    return { result: null, exitCode };
  }

  protected render(): undefined {
    return undefined;
  }
}

/**
 * Answers every line of a file (`-` is standard input) on standard output.
 *
 * @returns the exit status
 * @throws AppError USAGE_INVALID with `--json`, whose one document has no place beside the lines
 */
export async function answerJsonLines(
  file: string,
  answer: LineHandler,
  { json, notice }: { json: boolean; notice: (line: string) => void },
): Promise<number> {
  if (json) throw new AppError('USAGE_INVALID', '--json and --jsonl exclude each other: every line of --jsonl is JSON');
  const counts = await answerLines(await openLines(file), process.stdout, answer);
  if (counts.failed > 0) notice(`${counts.failed} of ${counted(counts.lines, 'line')} could not be processed.`);
  return exitCodeOf(counts);
}
