import { readFileSync } from 'node:fs';
import { parseJson, type JsonObject } from '../../../src/lib/core/json.ts';

/** One line of a file of `test/vectors`: an input, and what the original makes of it. */
export interface Vector {
  readonly name: string;
  readonly input: {
    readonly content: string;
    readonly subject: string;
    readonly prefix: string | null;
    readonly personalisation: JsonObject;
  };
  readonly expected: Record<string, unknown>;
}

export function readVectors(fileName: string): Vector[] {
  const text = readFileSync(new URL(`../../vectors/${fileName}`, import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line, index) => {
      const { input, expected } = parseJson(line) as unknown as Omit<Vector, 'name'>;
      const content = JSON.stringify(input.content).slice(0, 60);
      return {
        name: `line ${index + 1} ${content}`,
        input: { ...input, personalisation: input.personalisation ?? {} },
        expected,
      };
    });
}
