import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { letterFolder, letterPlace } from '../../../src/lib/letters/letter-file.ts';
import type { Postage } from '../../../src/lib/letters/postage.ts';

interface Input {
  readonly reference: string;
  readonly created_at: string;
  readonly postage: Postage;
  readonly ignore_folder: boolean;
}

interface Expected {
  readonly key: string;
  readonly folder: string;
}

const vectors = readFileSync(new URL('../../vectors/letters-filenames.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { input: Input; expected: Expected });

describe('names of files', () => {
  it.each(vectors.map(({ input, expected }) => [input.created_at, input, expected] as const))(
    'of a letter created %s',
    (_createdAt, { reference, created_at, postage, ignore_folder }, { key, folder }) => {
      // Times of ours end at milliseconds; one microsecond after the cut-off counts as late.
      const micro = created_at.endsWith('000001Z');
      const createdAt = new Date(new Date(created_at).getTime() + (micro ? 1 : 0));
      expect(`${letterFolder(createdAt)}/`).toBe(folder);
      const letter = { keyType: ignore_folder ? 'test' : 'normal', status: 'created' } as const;
      expect(letterPlace(letter, { reference, createdAt, postage }).key).toBe(key);
    },
  );
});
