/** A Vitest reporter that writes the counts of a run as JSON for `scripts/test.ts`. */
import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestCase, TestModule, Vitest } from 'vitest/node';

export interface SkippedTests {
  /** Path of the test file, from the root of the project. */
  readonly file: string;
  readonly count: number;
  /** Known without the registry: a note of `context.skip`, a failed set-up, `todo`. */
  readonly reason: string | null;
  /** No failure, whatever is required. */
  readonly isOptional: boolean;
}

export interface RunSummary {
  readonly passed: number;
  /** Tests, and files, suites and background work that failed outside any test. */
  readonly failed: number;
  readonly skipped: readonly SkippedTests[];
}

/** Environment variable with the path of the file to write. */
export const summaryFileVariable = 'TEST_SUMMARY_FILE';

export default class SummaryReporter implements Reporter {
  private isFiltered = false;

  onInit(vitest: Vitest): void {
    this.isFiltered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const file = process.env[summaryFileVariable];
    if (file !== undefined) writeFileSync(file, JSON.stringify(this.summarise(modules, unhandledErrors)));
  }

  private summarise(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): RunSummary {
    let passed = 0;
    let failed = unhandledErrors.length;
    const skipped: SkippedTests[] = [];
    for (const module of modules) {
      failed += module.errors().length;
      for (const suite of module.children.allSuites()) failed += suite.errors().length;
      const reasons = new Map<string | null, { count: number; isOptional: boolean }>();
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'failed') failed += 1;
        // With -t, Vitest skips every test whose name does not match: that is what was asked for.
        else if (!this.isFiltered) {
          const reason = reasonOf(test);
          const { count, isOptional } = reasons.get(reason) ?? { count: 0, isOptional: true };
          reasons.set(reason, { count: count + 1, isOptional: isOptional && isSkipOptional(test) });
        }
      }
      for (const [reason, skips] of reasons) skipped.push({ file: module.relativeModuleId, reason, ...skips });
    }
    return { passed, failed, skipped };
  }
}

function isSkipOptional(test: TestCase): boolean {
  return test.parent.meta().skipIsOptional === true;
}

function reasonOf(test: TestCase): string | null {
  const result = test.result();
  if (result.state === 'skipped' && result.note !== undefined) return result.note;
  for (let parent = test.parent; ; parent = parent.parent) {
    if (parent.errors().length > 0) return 'what runs before them failed';
    const { skipReason } = parent.meta();
    if (skipReason !== undefined) return skipReason;
    if (parent.type === 'module') break;
  }
  if (test.options.mode === 'todo') return 'they are to be written';
  return test.options.mode === 'run' ? 'the run was interrupted or another test has .only' : null;
}
