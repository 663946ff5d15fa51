import { readFileSync } from 'node:fs';

export interface Vector<Input, Expected> {
  input: Input;
  expected: Expected;
}

/** The lines of a file of `test/vectors`; the expected values were computed by the reference. */
export function readVectors<Input, Expected>(name: string): Vector<Input, Expected>[] {
  return readFileSync(new URL(`../../vectors/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Vector<Input, Expected>);
}
