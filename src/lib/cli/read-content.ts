import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { unreadableFile } from '../core/file-error.ts';

/**
 * A text given in place, as `@file`, or as `-` for standard input.
 *
 * @throws AppError USAGE_INVALID when the file cannot be read
 */
export async function readContent(value: string, flag: string): Promise<string> {
  if (value === '-') return text(process.stdin);
  if (!value.startsWith('@')) return value;
  return readFlagFile(value.slice(1), flag, 'the file after @, a text in place of it, or - for standard input');
}

/**
 * The lines of a file, or of standard input for `-`: without surrounding blanks, empty ones left out.
 *
 * @throws AppError USAGE_INVALID when the file cannot be read
 */
export async function readLines(file: string, flag: string): Promise<string[]> {
  const content =
    file === '-' ? await text(process.stdin) : await readFlagFile(file, flag, 'a file, or - for standard input');
  return content
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

async function readFlagFile(path: string, flag: string, expected: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw unreadableFile(flag, path, error, expected);
  }
}
