/** The errors of the flag parser, in the words of this program: flag, value, and what was expected, in one line. */
import { messageOf } from '../core/errors.ts';
import { nearMiss } from './near-miss.ts';

export interface UsageProblem {
  readonly message: string;
  /** What was probably meant. */
  readonly suggestion: string | null;
}

interface FlagSpec {
  readonly required?: boolean;
  readonly options?: readonly string[];
}

interface ArgSpec {
  readonly name: string;
  readonly description?: string;
}

/** What arguments may be, by their names. */
export type ArgChoices = Readonly<Record<string, { readonly options?: readonly string[] | undefined }>>;

/** What the parser attaches to its errors, depending on their kind. */
interface ParserError {
  readonly args?: readonly (ArgSpec | string)[];
  readonly flags?: readonly string[];
  readonly parse?: {
    readonly input?: {
      readonly flags?: Readonly<Record<string, FlagSpec>>;
      readonly args?: Readonly<Record<string, ArgSpec>>;
    };
    readonly output?: { readonly flags?: Readonly<Record<string, unknown>> };
  };
}

/** True for what the flag parser and its framework throw for a wrong command line. */
export function isUsageError(error: unknown): error is Error {
  return error instanceof Error && 'oclif' in error;
}

/**
 * Says what is wrong with a command line.
 *
 * @param args arguments of the command: the parser does not say which one it refuses
 */
export function describeUsageError(error: Error, args: ArgChoices = {}): UsageProblem {
  const details = error as ParserError;
  const message = withoutParserWords(messageOf(error));
  switch (error.constructor.name) {
    case 'NonExistentFlagsError':
      return unknownFlags(details);
    case 'FailedFlagValidationError':
      return plain(missingFlags(details) ?? listed(message));
    case 'RequiredArgsError':
      return plain(missingArguments(details) ?? message);
    case 'UnexpectedArgsError':
      return plain(unexpectedArguments(details));
    case 'ArgInvalidOptionError':
      return plain(wrongChoice(messageOf(error), args) ?? message);
    default:
      return plain(message);
  }
}

/** The parser puts the name of the flag before, and a pointer to the help behind, what a flag's own check threw. */
export function withoutParserWords(message: string): string {
  const withoutPointer = message.replace(/\n?See more help with --help\n?$/, '').trim();
  const [, flag, rest] = /^Parsing (--\S+) \n\t(.*)$/s.exec(withoutPointer) ?? [];
  const text = rest ?? withoutPointer;
  for (const [pattern, reword] of rewordings) {
    const found = pattern.exec(text);
    if (found !== null) return reword(found, flag);
  }
  return text;
}

const rewordings: readonly [RegExp, (found: RegExpExecArray, flag: string | undefined) => string][] = [
  [/^Expected (an integer.*) but received: (.*)$/s, (found, flag) => `${flag} is '${found[2]}': expected ${found[1]}`],
  [
    /^Expected (--\S+?)=(.*) to be one of: (.*)$/s,
    (found) => `${found[1]} is '${found[2]}': expected one of ${found[3]}`,
  ],
  [/^Expected (.*) to be one of: (.*)$/s, (found) => `'${found[1]}' is not expected: expected one of ${found[2]}`],
  [
    /^Flag (--\S+) expects one of these values: (.*)$/,
    (found) => `${found[1]} has no value: expected one of ${found[2]}`,
  ],
  [/^Flag (--\S+) expects a value$/, (found) => `${found[1]} has no value: expected one after it`],
  [/^Flag (--\S+) can only be specified once$/, (found) => `${found[1]} is given twice: expected once`],
];

function plain(message: string): UsageProblem {
  return { message, suggestion: null };
}

function unknownFlags({ flags = [], parse }: ParserError): UsageProblem {
  const known = Object.keys(parse?.input?.flags ?? {}).map((name) => `--${name}`);
  const names = flags.map((flag) => flag.split('=', 1)[0]!);
  const isOne = names.length === 1;
  return {
    message: `${names.join(', ')} ${isOne ? 'is not a flag' : 'are not flags'} of this command`,
    suggestion: names.map((name) => nearMiss(name, known)).find((name) => name !== null) ?? null,
  };
}

function missingFlags({ parse }: ParserError): string | null {
  const missing = Object.entries(parse?.input?.flags ?? {}).filter(
    ([name, { required }]) => required === true && parse?.output?.flags?.[name] === undefined,
  );
  if (missing.length === 0) return null;
  return missing
    .map(([name, { options }]) => `--${name} is missing${options ? `: expected one of ${options.join(', ')}` : ''}`)
    .join('; ');
}

/** In one line what the parser says in several. */
function listed(message: string): string {
  const [, ...problems] = message.split('\n').map((line) => line.trim());
  return problems.length === 0 ? message : problems.map(rewordRelation).join('; ');
}

function rewordRelation(problem: string): string {
  const [, flag, others] = /^All of the following must be provided when using (--\S+): (.+)$/.exec(problem) ?? [];
  if (flag !== undefined) return `${flag} needs ${others} too`;
  const [, given, other] = /^(--[^=\s]+)(?:=.*)? cannot also be provided when using (--\S+)$/s.exec(problem) ?? [];
  return given === undefined ? problem : `${given} and ${other} exclude each other`;
}

function missingArguments({ args = [] }: ParserError): string | null {
  const specs = args.filter((arg) => typeof arg !== 'string');
  if (specs.length === 0) return null;
  return specs
    .map(
      ({ name, description }) =>
        `${name.toUpperCase()} is missing${description ? `: expected the ${description}` : ''}`,
    )
    .join('; ');
}

function wrongChoice(message: string, args: ArgChoices): string | null {
  const [, value, choices] = /^Expected (.*) to be one of: (.*)$/m.exec(message) ?? [];
  if (choices === undefined) return null;
  const name = Object.keys(args).find((arg) => args[arg]!.options?.join(', ') === choices);
  return name === undefined ? null : `${name.toUpperCase()} is '${value}': expected one of ${choices}`;
}

function unexpectedArguments({ args = [], parse }: ParserError): string {
  const words = args.map((word) => `'${typeof word === 'string' ? word : word.name}'`).join(', ');
  const known = Object.keys(parse?.input?.args ?? {}).map((name) => name.toUpperCase());
  const taken = known.length === 0 ? 'the command takes no arguments' : `the command takes ${known.join(' ')} only`;
  return `${words} ${args.length === 1 ? 'is' : 'are'} not expected: ${taken}`;
}
