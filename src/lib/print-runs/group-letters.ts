import type { PrintableLetter } from './letter-zip.ts';

/** What a zip holds at most (letters sheet §9). */
export interface ZipLimits {
  /** Bytes of the files in it. */
  readonly bytes: number;
  readonly letters: number;
}

export const zipLimits: ZipLimits = { bytes: 40 * 1024 * 1024, letters: 500 };

type Groupable = Pick<PrintableLetter, 'key' | 'bytes' | 'serviceId'>;

/**
 * Letters in groups of one service that fit into a zip, in their order. A letter that is larger than a zip may be goes
 * alone; what is no PDF is left out; there is no empty group.
 */
export async function* groupLetters<Letter extends Groupable>(
  letters: AsyncIterable<Letter> | Iterable<Letter>,
  limits: ZipLimits = zipLimits,
): AsyncGenerator<Letter[], undefined> {
  let group: Letter[] = [];
  let bytes = 0;
  for await (const letter of letters) {
    if (!/\.pdf$/i.test(letter.key)) continue;
    const isFull = bytes + letter.bytes > limits.bytes || group.length >= limits.letters;
    if (group.length > 0 && (isFull || letter.serviceId !== group[0]!.serviceId)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(letter);
    bytes += letter.bytes;
  }
  if (group.length > 0) yield group;
}
