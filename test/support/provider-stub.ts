/** The product's own stub of providers on a free port, for the tests of a file. */
import { afterAll, afterEach, beforeAll } from 'vitest';
import { systemClock } from '../../src/lib/core/clock.ts';
import { createIds } from '../../src/lib/core/ids.ts';
import { startProviderStub, type ProviderStub } from '../../src/lib/providers/stub/start-provider-stub.ts';

export function startTestStub(receiptsTo: string | null = null): Promise<ProviderStub> {
  const deps = { clock: systemClock, ids: createIds(), random: Math.random };
  return startProviderStub(deps, { host: '127.0.0.1', port: 0, receiptsTo });
}

/** Its fields are there once the tests run; it is reset after each test, and sends no receipts. */
export function useProviderStub(): ProviderStub {
  const stub = {} as ProviderStub;
  beforeAll(async () => {
    Object.assign(stub, await startTestStub());
  });
  afterEach(() => stub.reset());
  afterAll(async () => {
    await stub.close?.();
  });
  return stub;
}
