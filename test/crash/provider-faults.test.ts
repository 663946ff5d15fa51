/** Providers that fail in every way while a worker is killed and the database restarts: every message still ends right. */
import { expect, it } from 'vitest';
import { runProviderFaults } from './provider-faults.ts';

it(
  'every message ends right, is sent no oftener than something was killed, and is told of; shares move away and come back',
  { timeout: 180_000 },
  async () => {
    const report = await runProviderFaults({ messages: 300, timeoutMs: 60_000, isPatient: false });
    expect(report.problems).toEqual([]);
    expect(report.accepted).toBe(300);
    expect(Object.keys(report.statuses).sort()).toEqual(['delivered', 'permanent-failure', 'temporary-failure']);
  },
);
