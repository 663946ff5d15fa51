import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isEverythingRequired, writeSkip } from './skip-registry.ts';

type Suite = (name: string, tests: () => void) => void;

/**
 * `describe` when the condition holds. Otherwise one that skips and notes why; with REQUIRE_ALL=1 one that fails.
 *
 *     skipUnless(isRoot, 'only root can …')('as root', () => { … });
 *
 * @param reason what is missing and how to provide it, in one line
 */
export function skipUnless(condition: boolean, reason: string): Suite {
  if (condition) return (name, tests) => void describe(name, tests);
  if (isEverythingRequired()) {
    return (name) =>
      void describe(name, () => {
        it('can run here', () => {
          throw new Error(`REQUIRE_ALL is set, and these tests cannot run: ${reason}`);
        });
      });
  }
  writeSkip({ file: currentFile(), reason });
  return (name, tests) => void describe(name, { skip: true, meta: { skipReason: reason } }, tests);
}

/**
 * `skipUnless` for tests that need what cannot be given away with the project. They are skipped with REQUIRE_ALL=1, too.
 *
 * @param reason what is missing, in one line
 */
export function skipWithout(condition: boolean, reason: string): Suite {
  if (condition) return (name, tests) => void describe(name, tests);
  writeSkip({ file: currentFile(), reason, isOptional: true });
  const meta = { skipReason: reason, skipIsOptional: true };
  return (name, tests) => void describe(name, { skip: true, meta }, tests);
}

function currentFile(): string {
  const { testPath } = expect.getState();
  return testPath === undefined ? 'unknown file' : relative(process.cwd(), testPath);
}
