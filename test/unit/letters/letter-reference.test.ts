import { describe, expect, it } from 'vitest';
import { letterReferenceKey, newLetterReference, withNewReference } from '../../../src/lib/letters/letter-reference.ts';

describe('the reference of a letter', () => {
  const references = Array.from({ length: 500 }, newLetterReference);

  it('is 16 capital letters and digits', () => {
    for (const reference of references) expect(reference).toMatch(/^[A-Z0-9]{16}$/);
  });

  it('is another one each time, of all the characters there are', () => {
    expect(new Set(references).size).toBe(references.length);
    expect(new Set(references.join('')).size).toBe(36);
  });
});

describe('a letter whose reference is taken', () => {
  const taken = Object.assign(new Error('duplicate key'), { code: '23505', constraint: letterReferenceKey });
  const inOrder =
    (...references: string[]): (() => string) =>
    () =>
      references.shift()!;

  it('gets another one', async () => {
    const tried: string[] = [];
    const stored = await withNewReference(
      async (reference) => {
        tried.push(reference);
        if (reference === 'A') throw taken;
        return `stored ${reference}`;
      },
      inOrder('A', 'B'),
    );
    expect(stored).toBe('stored B');
    expect(tried).toEqual(['A', 'B']);
  });

  it('is given up when the next ones are taken, too', async () => {
    let tries = 0;
    const storing = withNewReference(async () => {
      tries += 1;
      throw taken;
    });
    await expect(storing).rejects.toBe(taken);
    expect(tries).toBe(3);
  });

  it('is not tried again for another error', async () => {
    for (const error of [
      new Error('away'),
      Object.assign(new Error('taken'), { code: '23505', constraint: 'other' }),
    ]) {
      let tries = 0;
      const storing = withNewReference(async () => {
        tries += 1;
        throw error;
      });
      await expect(storing).rejects.toBe(error);
      expect(tries).toBe(1);
    }
  });
});
