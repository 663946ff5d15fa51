import { Args } from '@oclif/core';
import type { CapFields } from '../../lib/broadcasts/xml/cap-fields.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { readInput } from '../../lib/cli/read-input.ts';
import { facts } from '../../lib/cli/table.ts';
import { counted } from '../../lib/core/counted.ts';

interface Result {
  readonly valid: boolean;
  readonly format: 'cap' | 'ibag' | null;
  readonly problems: readonly { line: number; message: string }[];
  /** What the API would take out of it; null unless it is valid CAP. */
  readonly fields: Readonly<Record<string, unknown>> | null;
}

const names = { cap: 'CAP 1.2', ibag: 'IBAG 1.0' } as const;

/** People read the first ones; --json has all. */
const shownProblems = 50;

export default class BroadcastsValidate extends BaseCommand<Result> {
  static override summary = 'Check a CAP or IBAG document.';
  static override description = `FILE is the document, or - for standard input. It is CAP or IBAG by the namespace of its root. Of a valid CAP document
it also shows what POST /v2/broadcast would take out of it. Nothing in the document is expanded or fetched.
Exit status: 0 it is valid, 1 it is not.`;
  static override examples = ['<%= config.bin %> broadcasts validate alert.xml'];
  // Without ignoreStdin, what is piped in would be taken for the name of the file.
  static override args = {
    file: Args.string({ description: 'the document, or - for standard input', required: true, ignoreStdin: true }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args } = await this.parse(BroadcastsValidate);
    const { checkDocument } = await import('../../lib/broadcasts/xml/check-document.ts');
    const { xmlByteLimit } = await import('../../lib/broadcasts/xml/xml-document.ts');
    const check = await checkDocument(await readInput(args.file, 'FILE', xmlByteLimit + 1));
    for (const warning of check.warnings) this.addWarning(warning);
    const valid = check.problems.length === 0;
    return {
      result: {
        valid,
        format: check.format,
        problems: check.problems.map(({ line, message }) => ({ line, message })),
        fields: check.fields === null ? null : toResultFields(check.fields),
      },
      exitCode: valid ? 0 : 1,
    };
  }

  protected render({ valid, format, problems, fields }: Result): string {
    const name = format === null ? 'neither CAP nor IBAG' : names[format];
    const lines = [`The document is ${valid ? `valid ${name}` : `not valid (${name})`}.`];
    for (const { line, message } of problems.slice(0, shownProblems)) lines.push(`line ${line}: ${message}`);
    if (problems.length > shownProblems) lines.push(`and ${problems.length - shownProblems} more`);
    if (fields !== null) lines.push('', renderFields(fields));
    return lines.join('\n');
  }
}

/** Under the names that the API has for them. */
function toResultFields(fields: CapFields): Record<string, unknown> {
  const { capEvent, areas, ...rest } = fields;
  return { ...rest, cap_event: capEvent, areas };
}

function renderFields({ areas, ...rest }: Readonly<Record<string, unknown>>): string {
  const listed = areas as CapFields['areas'];
  return facts({
    ...(rest as Record<string, string | null>),
    areas: listed.length === 0 ? null : listed.map(describeArea).join('; '),
  });
}

function describeArea({ name, polygons }: CapFields['areas'][number]): string {
  return `${name} (${counted(polygons.length, 'polygon')})`;
}
