import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import SlowFirstSequencer from './test/support/slow-first-sequencer.ts';

export default defineConfig({
  test: {
    pool: 'forks',
    // A process loads the modules once for all its files: they hold no state of a test, and loading took half the time.
    isolate: false,
    // Much of the time goes into waiting for servers and processes, so two more than there are cores.
    maxWorkers: Math.max(4, availableParallelism() + 2),
    sequence: { sequencer: SlowFirstSequencer },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    setupFiles: ['test/support/set-up-file.ts'],
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          exclude: ['test/unit/**'],
          // One PostgreSQL server; not started when only unit tests run.
          globalSetup: ['test/support/global-setup.ts'],
        },
      },
    ],
  },
});
