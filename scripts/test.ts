/**
 * `npm test`: builds when needed, runs Vitest with the given arguments, then lists what was skipped and why, and ends
 * with the counts alone on the last line. With REQUIRE_ALL=1 a skip is a failure.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isBuildStale } from './build-state.js';
import { memoryRoot } from '../test/support/memory-folder.ts';
import { removeFolder } from '../test/support/remove-folder.ts';
import { makeRunFolder } from '../test/support/run-folder.ts';
import { isEverythingRequired, readSkips, skipsFileVariable } from '../test/support/skip-registry.ts';
import { summaryFileVariable, type RunSummary } from '../test/support/summary-reporter.ts';

const root = join(import.meta.dirname, '..');

// Ctrl-C reaches the children, too; this process stays for their results and its own cleaning up.
process.on('SIGINT', () => undefined);
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  if (isBuildStale()) {
    const exitCode = await run([join(root, 'scripts', 'build.js')]);
    if (exitCode !== 0) {
      console.error('The build failed; no test ran.');
      return 1;
    }
  }
  const folder = await makeRunFolder('notify-test-run-');
  try {
    const skipsFile = join(folder, 'skips.jsonl');
    const summaryFile = join(folder, 'summary.json');
    const reporters = ['--reporter=default', `--reporter=${join(root, 'test', 'support', 'summary-reporter.ts')}`];
    // The native loader writes nothing into node_modules, which may belong to somebody else.
    const exitCode = await run([vitestProgram(), 'run', '--configLoader=native', ...reporters, ...args], {
      [skipsFileVariable]: skipsFile,
      // Where the program keeps its own: its processes and those of the tests load the same packages.
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(tmpdir(), 'node-compile-cache'),
      [summaryFileVariable]: summaryFile,
      ...(folder.startsWith(memoryRoot) && { TMPDIR: folder }),
    });
    const summary = readSummary(summaryFile);
    return conclude(exitCode, summary, listSkips(summary, skipsFile), hasSkippedWhatAnyoneCanRun(summary, skipsFile));
  } finally {
    await removeFolder(folder);
  }
}

/**
 * Prints the end of the run and returns the exit code.
 *
 * @param isIncomplete whether something was skipped that anyone could run
 */
function conclude(
  vitestExitCode: number,
  { passed, failed, skipped }: RunSummary,
  skips: readonly string[],
  isIncomplete: boolean,
): number {
  if (skips.length > 0) {
    console.log(isEverythingRequired() && isIncomplete ? 'Skipped, although REQUIRE_ALL is set:' : 'Skipped:');
    for (const line of skips) console.log(`  ${line}`);
    console.log();
  }
  // A run that ended before its first test failed as a whole.
  const failures = vitestExitCode !== 0 && failed === 0 ? 1 : failed;
  const skippedCount = skipped.reduce((sum, { count }) => sum + count, 0);
  console.log(`${passed} passed, ${failures} failed${skippedCount > 0 ? `, ${skippedCount} skipped` : ''}`);
  return failures > 0 || (isEverythingRequired() && isIncomplete) ? 1 : 0;
}

/** True when tests were skipped that anyone could run. */
function hasSkippedWhatAnyoneCanRun({ skipped }: RunSummary, skipsFile: string): boolean {
  return [...skipped, ...readSkips(skipsFile)].some(({ isOptional }) => isOptional !== true);
}

/** One line for each reason in each file. */
function listSkips({ skipped }: RunSummary, skipsFile: string): string[] {
  const lines = skipped.map(({ file, count, reason }) => {
    return `${file}: ${count} ${count === 1 ? 'test' : 'tests'}: ${oneLine(reason ?? 'no reason given')}`;
  });
  // What was noted while no test could be counted, such as a file that leaves out part of its cases.
  for (const { file, reason } of readSkips(skipsFile)) {
    if (!skipped.some((tests) => tests.file === file && tests.reason === reason))
      lines.push(`${file}: ${oneLine(reason)}`);
  }
  return [...new Set(lines)].sort();
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function readSummary(file: string): RunSummary {
  if (!existsSync(file)) return { passed: 0, failed: 0, skipped: [] };
  return JSON.parse(readFileSync(file, 'utf8')) as RunSummary;
}

/** Vitest as installed here, whatever the PATH says. */
function vitestProgram(): string {
  const manifest = createRequire(import.meta.url).resolve('vitest/package.json');
  return join(dirname(manifest), 'vitest.mjs');
}

/** Runs a Node program on the Node that runs this one; resolves with its exit code. */
function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...environment },
    });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
