import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { AppError, messageOf } from '../core/errors.ts';

/**
 * A text given in place, as `@file`, or as `-` for standard input.
 *
 * @throws AppError USAGE_INVALID when the file cannot be read
 */
export async function readContent(value: string, flag: string): Promise<string> {
  if (value === '-') return text(process.stdin);
  if (!value.startsWith('@')) return value;
  try {
    return await readFile(value.slice(1), 'utf8');
  } catch (error) {
    throw new AppError('USAGE_INVALID', `${flag} is '${value}': the file cannot be read (${messageOf(error)})`);
  }
}
