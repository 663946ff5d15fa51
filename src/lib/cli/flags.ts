import { Args, Flags } from '@oclif/core';
import { AppError } from '../core/errors.ts';
import { parseUuid } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import { isJsonObject, parseJson } from '../core/json.ts';

/** A flag whose value is a UUID. */
export const uuidFlag = Flags.custom<string>({
  helpValue: 'UUID',
  parse: async (input, _context, { name }) => requireUuid(input, `--${name}`),
});

/** An argument that is a UUID. */
export const uuidArg = Args.custom<string>({
  // A command that is given no id must say so, not take a line of a script's input for it.
  ignoreStdin: true,
  parse: async (input, _context, { name }) => requireUuid(input, (name ?? 'id').toUpperCase()),
});

function requireUuid(input: string, name: string): string {
  const id = parseUuid(input);
  if (id !== null) return id;
  throw new AppError(
    'USAGE_INVALID',
    `${name} is '${input}': expected a UUID such as 018f2f6e-7c1a-7000-8000-000000000000`,
  );
}

/**
 * For commands that do nothing without one of their own flags.
 *
 * @throws AppError USAGE_INVALID naming them
 */
export function requireSomeFlag(flags: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  if (names.some((name) => flags[name] !== undefined)) return;
  const list = names.map((name) => `--${name}`).join(', ');
  throw new AppError('USAGE_INVALID', `Nothing is to be changed: expected at least one of ${list}`);
}

/** `--yes`, for commands that ask first. */
export const yesFlag = Flags.boolean({ char: 'y', summary: 'Do it without asking.', default: false });

/** `--dry-run`. */
export const dryRunFlag = Flags.boolean({ summary: 'Only show what would be done.', default: false });

/** `--personalisation name=Ann`, repeatable, or one JSON object. */
export const personalisationFlag = Flags.string({
  char: 'p',
  multiple: true,
  multipleNonGreedy: true,
  summary: 'A value for a placeholder as name=value, repeatable; or one JSON object.',
  helpValue: 'NAME=VALUE',
});

/**
 * Reads the values of `--personalisation`.
 *
 * @throws AppError USAGE_INVALID naming the value that is neither `name=value` nor a JSON object
 */
export function readPersonalisation(values: readonly string[] | undefined): JsonObject {
  const personalisation: JsonObject = {};
  for (const value of values ?? []) {
    if (value.trimStart().startsWith('{')) Object.assign(personalisation, readObject(value));
    else {
      const separator = value.indexOf('=');
      if (separator < 1) throw unreadable(value);
      personalisation[value.slice(0, separator)] = value.slice(separator + 1);
    }
  }
  return personalisation;
}

function readObject(text: string): JsonObject {
  try {
    const value = parseJson(text);
    if (isJsonObject(value)) return value;
  } catch {
    // Reported below.
  }
  throw unreadable(text);
}

function unreadable(value: string): AppError {
  return new AppError('USAGE_INVALID', `--personalisation is '${value}': expected name=value or a JSON object`);
}
