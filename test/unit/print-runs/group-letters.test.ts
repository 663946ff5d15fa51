/** Letters sheet §18, examples 23 and 24. */
import { describe, expect, it } from 'vitest';
import { groupLetters, zipLimits, type ZipLimits } from '../../../src/lib/print-runs/group-letters.ts';

interface Letter {
  readonly key: string;
  readonly bytes: number;
  readonly serviceId: string;
}

async function groupsOf(letters: readonly Letter[], limits?: ZipLimits): Promise<Letter[][]> {
  return Array.fromAsync(groupLetters(letters, limits));
}

/** `A1` is a letter A of one byte. */
function lettersOf(words: string): Letter[] {
  return words.split(' ').map((word) => ({ key: `${word[0]}.PDF`, bytes: Number(word.slice(1)), serviceId: 's' }));
}

const names = (groups: readonly Letter[][]): string[] => groups.map((group) => group.map(({ key }) => key[0]).join(''));

const sameSize = (count: number, bytes: number): Letter[] =>
  Array.from({ length: count }, (_, index) => ({ key: `${index}.PDF`, bytes, serviceId: 's' }));

describe('letters are grouped', () => {
  it.each([
    ['by size', 'A1 B2 C3 D1 E1 F5 G6 H1 I1', { bytes: 5, letters: 99 }, ['AB', 'CDE', 'F', 'G', 'HI']],
    ['by number', 'A1 B2 C3 D1 E1 F5 G6 H1 I1', { bytes: 99, letters: 3 }, ['ABC', 'DEF', 'GHI']],
    ['by both', 'A1 B2 C3 D1 E1 F5 G1 H1 I1 J1', { bytes: 5, letters: 3 }, ['AB', 'CDE', 'F', 'GHI', 'J']],
    ['with one that is too large at the front', 'A9 B1', { bytes: 5, letters: 3 }, ['A', 'B']],
  ])('%s', async (_how, words, limits, expected) => {
    expect(names(await groupsOf(lettersOf(words), limits))).toEqual(expected);
  });

  it('by service', async () => {
    const services = ['s1', 's1', 's2', 's1'];
    const letters = services.map((serviceId, index) => ({ key: `${index}.pdf`, bytes: 1, serviceId }));
    expect((await groupsOf(letters)).map((group) => group.length)).toEqual([2, 1, 1]);
  });

  it.each([
    [1200, 61_440, [500, 500, 200]],
    [500, 83_886, [500]],
    [500, 83_887, [499, 1]],
    [1000, 102_400, [409, 409, 182]],
  ])('as the limits say: %i of %i bytes', async (count, bytes, expected) => {
    expect((await groupsOf(sameSize(count, bytes))).map((group) => group.length)).toEqual(expected);
  });

  it('as the limits say: a first one of 41 MiB goes alone', async () => {
    const [big, small] = [41 * 1024 * 1024, 1];
    const letters = [...sameSize(1, big), ...sameSize(1, small)];
    expect(await groupsOf(letters, zipLimits)).toEqual([[letters[0]], [letters[1]]]);
  });

  it('without what is no PDF; nothing makes no group', async () => {
    const letters = [...lettersOf('A1'), { key: 'B.TXT', bytes: 1, serviceId: 's' }];
    expect(names(await groupsOf(letters))).toEqual(['A']);
    expect(await groupsOf([])).toEqual([]);
    expect(await groupsOf([letters[1]!])).toEqual([]);
  });
});
