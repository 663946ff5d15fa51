import { AppError } from '../core/errors.ts';
import { nearMiss } from './near-miss.ts';

/** The commands and topics there are, their words separated by blanks. */
export interface KnownCommands {
  readonly commands: readonly string[];
  readonly topics: readonly string[];
}

/** Says why the words of a command line name no command, and which one was probably meant. */
export function unknownCommand(argv: readonly string[], { commands, topics }: KnownCommands): AppError {
  const firstFlag = argv.findIndex((word) => word.startsWith('-'));
  const words = firstFlag === -1 ? [...argv] : argv.slice(0, firstFlag);
  const prefixes = words.map((_, index) => words.slice(0, words.length - index).join(' '));
  const hint = 'See `notify --help`.';
  if (words.length === 0) return new AppError('USAGE_INVALID', 'No command is given', { hint });

  const command = prefixes.find((prefix) => commands.includes(prefix));
  if (command !== undefined) {
    const rest = words.slice(command.split(' ').length);
    const list = rest.map((word) => `'${word}'`).join(', ');
    const verb = rest.length === 1 ? 'is' : 'are';
    return new AppError('USAGE_INVALID', `${list} ${verb} not expected: \`notify ${command}\` takes no arguments`, {
      hint: `See \`notify ${command} --help\`.`,
    });
  }

  const topic = prefixes.find((prefix) => topics.includes(prefix));
  if (topic !== undefined) {
    const verbs = commands.filter((name) => name.startsWith(`${topic} `)).map((name) => name.slice(topic.length + 1));
    const rest = words.slice(topic.split(' ').length).join(' ');
    const what = rest === '' ? `'${topic}' is a topic` : `'${rest}' is not a command of '${topic}'`;
    const meant = nearMiss(rest, verbs) ?? nearMiss(rest.split(' ', 1)[0]!, verbs);
    return new AppError('USAGE_INVALID', `${what}: expected one of ${verbs.join(', ')}`, {
      hint: `${meant === null ? '' : `Did you mean \`notify ${topic} ${meant}\`? `}See \`notify ${topic} --help\`.`,
    });
  }

  const text = words.join(' ');
  const meant =
    nearMiss(text, [...commands, ...topics]) ??
    nearMiss(words[0]!, [...topics, ...commands]) ??
    commands.find((name) => name.endsWith(` ${words[0]}`));
  return new AppError('USAGE_INVALID', `'${text}' is not a command`, {
    hint: `${meant === undefined ? '' : `Did you mean \`notify ${meant}\`? `}${hint}`,
  });
}
