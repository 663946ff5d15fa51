import { Config, run, settings, type Interfaces } from '@oclif/core';
import { messageOf } from '../core/errors.ts';
import { toErrorDocument, toErrorReport, toErrorText } from './error-report.ts';
import { unknownCommand } from './unknown-command.ts';

/**
 * Runs the command line of this process and sets its exit status. Commands report their own errors; here are those for
 * which there is no command: an unknown one, and output that nobody takes.
 */
export async function runProgram(options: Interfaces.Options): Promise<void> {
  watchOutput();
  // With NODE_ENV=development the framework would look for sources and a compiler, and warn without them.
  settings.enableAutoTranspile = false;
  const argv = process.argv.slice(2);
  const config = await Config.load(options);
  try {
    if (isJsonWanted(argv) && isTopic(config, argv)) throw noCommand(config, argv);
    await run(argv, config);
  } catch (error) {
    // How the framework's own commands end early.
    if ((error as { code?: unknown }).code === 'EEXIT') process.exitCode = exitStatusOf(error);
    else report(isNoCommand(error) ? noCommand(config, argv) : error, argv);
  }
}

/** A reader that went away is no error (`notify … | head`); output that cannot be stored is one. */
function watchOutput(): void {
  // The framework's own listener throws what is not a closed pipe.
  process.stdout.removeAllListeners('error');
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.exitCode = 1;
    process.stderr.write(`Error: standard output cannot be written: ${messageOf(error)}\n`);
  });
  process.stderr.on('error', () => {
    // There is nobody left to tell.
  });
}

function report(error: unknown, argv: readonly string[]): void {
  const errorReport = toErrorReport(error);
  process.exitCode = errorReport.exitCode;
  if (isJsonWanted(argv)) process.stdout.write(`${JSON.stringify(toErrorDocument(errorReport))}\n`);
  process.stderr.write(toErrorText(errorReport));
}

function isJsonWanted(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? undefined : end).includes('--json');
}

function exitStatusOf(error: unknown): number {
  return (error as { oclif?: { exit?: number } }).oclif?.exit ?? 1;
}

/** With people, a topic alone prints its help; a program that wants a document gets one. */
function isTopic(config: Interfaces.Config, argv: readonly string[]): boolean {
  if (argv.includes('--help')) return false;
  const id = argv.filter((word) => !word.startsWith('-')).join(':');
  return config.findCommand(id) === undefined && config.findTopic(id) !== undefined;
}

function isNoCommand(error: unknown): boolean {
  return /^command \S+ not found$/i.test(messageOf(error).replace(/\.$/, ''));
}

function noCommand(config: Interfaces.Config, argv: readonly string[]): Error {
  const toWords = (id: string): string => id.replaceAll(':', ' ');
  return unknownCommand(argv[0] === 'help' ? argv.slice(1) : argv, {
    commands: config.commandIDs.map(toWords),
    topics: config.topics.map(({ name }) => toWords(name)),
  });
}
