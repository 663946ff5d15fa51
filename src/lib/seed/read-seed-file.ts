import { readFile } from 'node:fs/promises';
import { AppError, messageOf } from '../core/errors.ts';
import { unreadableFile } from '../core/file-error.ts';
import { parseJsonWithoutQuoting } from '../core/json.ts';
import { parseSeed } from './parse-seed.ts';
import type { Seed } from './seed.ts';

/**
 * Reads the file of `serve --seed`.
 *
 * @throws AppError USAGE_INVALID when it cannot be read; CONFIG_INVALID naming everything that is wrong in it: file,
 *   place, value (hidden for secrets) and expectation
 */
export async function readSeedFile(file: string): Promise<Seed> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unreadableFile('--seed', file, error, 'a JSON file');
  });
  const { seed, problems } = parseSeed(parse(text, file));
  if (problems.length === 0) return seed;
  throw new AppError('CONFIG_INVALID', problems.map((problem) => `${file}: ${problem}`).join('\n'), {
    hint: 'docs/seed.md describes the file.',
    details: { file, problems },
  });
}

function parse(text: string, file: string): unknown {
  try {
    return parseJsonWithoutQuoting(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `${file} cannot be used: ${messageOf(error)}`, {
      hint: 'docs/seed.md describes the file.',
    });
  }
}
