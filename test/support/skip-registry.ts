/** The file in which a test run notes what it skips and why. `scripts/test.ts` reads it; no Vitest here. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

export interface Skip {
  /** Path of the test file, from the root of the project. */
  readonly file: string;
  readonly reason: string;
  /** It is no failure, whatever is required: nobody who has the project alone can run these tests. */
  readonly isOptional?: boolean;
}

declare module 'vitest' {
  interface TaskMeta {
    /** Why the tests of a suite are skipped, for the summary. */
    skipReason?: string;
    skipIsOptional?: boolean;
  }
}

/** Environment variable with the path of the registry; not set when Vitest is run directly. */
export const skipsFileVariable = 'TEST_SKIPS_FILE';

/** Notes a skip. One short write in append mode: lines of several workers do not mix. */
export function writeSkip(skip: Skip): void {
  const registry = process.env[skipsFileVariable];
  if (registry === undefined) return;
  appendFileSync(registry, `${JSON.stringify(skip)}\n`);
}

/** The skips noted in a registry. */
export function readSkips(registry: string): Skip[] {
  if (!existsSync(registry)) return [];
  const lines = readFileSync(registry, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Skip);
}

/** True when a skip must count as a failure. */
export function isEverythingRequired(): boolean {
  return process.env['REQUIRE_ALL'] === '1';
}
