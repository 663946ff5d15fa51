/** The product's own stub of providers on a free port, for the tests of a file. */
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Config } from '../../src/lib/config/schema.ts';
import { systemClock } from '../../src/lib/core/clock.ts';
import { createIds } from '../../src/lib/core/ids.ts';
import { createStubPrinter, stubPrintKey, type StubPrinter } from '../../src/lib/print-runs/stub-printer.ts';
import {
  startProviderStub,
  type ProviderStub,
  type StubOptions,
} from '../../src/lib/providers/stub/start-provider-stub.ts';

export function startTestStub(
  receiptsTo: string | null = null,
  parts: Pick<StubOptions, 'printer'> = {},
): Promise<ProviderStub> {
  const deps = { clock: systemClock, ids: createIds(), random: Math.random };
  return startProviderStub(deps, { host: '127.0.0.1', port: 0, receiptsTo, ...parts });
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

/** The product's own printer with an API on a free port, for the tests of a file; it is reset after each test. */
export interface TestPrinter extends StubPrinter {
  /** What the configuration of an app has to say of it. */
  readonly config: Pick<
    Config,
    'printApiUrl' | 'printApiUser' | 'printApiPassword' | 'printApiKey' | 'printCallbackUrl'
  >;
}

export function useStubPrinter(): TestPrinter {
  const printer = createStubPrinter({ clock: systemClock }) as TestPrinter & { config: TestPrinter['config'] };
  let stub: ProviderStub | null = null;
  beforeAll(async () => {
    stub = await startTestStub(null, { printer });
    printer.config = {
      printApiUrl: `${stub.url}/print`,
      printApiUser: stubPrintKey,
      printApiPassword: stubPrintKey,
      printApiKey: stubPrintKey,
      printCallbackUrl: 'http://127.0.0.1:9',
    };
  });
  afterEach(() => printer.reset());
  afterAll(async () => {
    await stub?.close();
  });
  return printer;
}
