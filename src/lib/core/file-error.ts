/** What people are told of files that they named and that cannot be used, in place of the words of the operating system. */
import { AppError, messageOf } from './errors.ts';

/**
 * The refusal of a file that cannot be read.
 *
 * @param name how messages call what named the file, such as `--input` or `FILE`
 * @param error what was thrown when it was opened or read
 */
export function unreadableFile(name: string, file: string, error: unknown, expected?: string): AppError {
  return new AppError('USAGE_INVALID', unreadableText(name, file, error, expected), { cause: error });
}

/** The same as a text. */
export function unreadableText(name: string, file: string, error: unknown, expected = 'a file'): string {
  const why = whyUnreadable[codeOf(error)] ?? `which cannot be read (${messageOf(error)})`;
  return `${name} is '${file}', ${why}: expected ${expected}`;
}

/** The refusal of a file that cannot be written. */
export function unwritableFile(name: string, file: string, error: unknown): AppError {
  const why = whyUnwritable[codeOf(error)] ?? `which cannot be written (${messageOf(error)})`;
  return new AppError('USAGE_INVALID', `${name} is '${file}', ${why}: expected a file that can be written`, {
    cause: error,
  });
}

/** Refuses a folder as the system does when one is read: opening it does not fail yet. @throws Error EISDIR */
export function assertNoFolder(found: { isDirectory(): boolean }): void {
  if (found.isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
}

const nowhere = 'which does not exist';
const folder = 'which is a folder';

const whyUnreadable: Readonly<Record<string, string>> = {
  ENOENT: nowhere,
  ENOTDIR: nowhere,
  EISDIR: folder,
  EACCES: 'which this user may not read',
  EPERM: 'which this user may not read',
};

const whyUnwritable: Readonly<Record<string, string>> = {
  ENOENT: 'whose folder does not exist',
  ENOTDIR: 'whose folder does not exist',
  EISDIR: folder,
  EACCES: 'which this user may not write',
  EPERM: 'which this user may not write',
};

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException | null)?.code);
}
