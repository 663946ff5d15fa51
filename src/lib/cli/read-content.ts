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
  return value.startsWith('@') ? readFlagFile(value.slice(1), value, flag) : value;
}

/**
 * The lines of a file, or of standard input for `-`: without surrounding blanks, empty ones left out.
 *
 * @throws AppError USAGE_INVALID when the file cannot be read
 */
export async function readLines(file: string, flag: string): Promise<string[]> {
  const content = file === '-' ? await text(process.stdin) : await readFlagFile(file, file, flag);
  return content
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

async function readFlagFile(path: string, value: string, flag: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new AppError('USAGE_INVALID', `${flag} is '${value}': the file cannot be read (${messageOf(error)})`);
  }
}
