import { describe, expect, it } from 'vitest';
import { createServiceCache, uncached, type ServiceCacheOptions } from '../../../src/lib/cache/service-cache.ts';

/** A loader that counts its calls and gives their number. */
function counter(): { load: () => Promise<number>; readonly calls: number } {
  let calls = 0;
  return {
    load: async () => (calls += 1),
    get calls() {
      return calls;
    },
  };
}

function trustedCache(options: ServiceCacheOptions = {}): ReturnType<typeof createServiceCache> {
  const cache = createServiceCache(options);
  cache.setTrusted(true);
  return cache;
}

describe('a trusted cache', () => {
  it('loads a value once for each service and name', async () => {
    const cache = trustedCache();
    const { load } = counter();
    expect(await cache.read('a', 'x', load)).toBe(1);
    expect(await cache.read('a', 'x', load)).toBe(1);
    expect(await cache.read('a', 'y', load)).toBe(2);
    expect(await cache.read('b', 'x', load)).toBe(3);
  });

  it('shares a load that is under way', async () => {
    const cache = trustedCache();
    const loader = counter();
    await Promise.all([cache.read('a', 'x', loader.load), cache.read('a', 'x', loader.load)]);
    expect(loader.calls).toBe(1);
  });

  it('forgets everything of a service, and nothing of others', async () => {
    const cache = trustedCache();
    const { load } = counter();
    await cache.read('a', 'x', load);
    await cache.read('b', 'x', load);
    cache.forget('a');
    expect(await cache.read('a', 'x', load)).toBe(3);
    expect(await cache.read('b', 'x', load)).toBe(2);
  });

  it('does not remember what was read before the service changed', async () => {
    const cache = trustedCache();
    const old = Promise.withResolvers<string>();
    const reading = cache.read('a', 'x', () => old.promise);
    cache.forget('a');
    old.resolve('old');
    expect(await reading).toBe('old');
    expect(await cache.read('a', 'x', async () => 'new')).toBe('new');
  });

  it('does not remember what is absent, nor a failure', async () => {
    const cache = trustedCache();
    expect(await cache.read('a', 'x', async () => null)).toBeNull();
    await expect(cache.read('a', 'x', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await cache.read('a', 'x', async () => 'there now')).toBe('there now');
  });

  it('reads again what is too old', async () => {
    let now = 0;
    const cache = trustedCache({ maxAgeMs: 1000, now: () => now });
    const { load } = counter();
    await cache.read('a', 'x', load);
    now = 999;
    expect(await cache.read('a', 'x', load)).toBe(1);
    now = 1000;
    expect(await cache.read('a', 'x', load)).toBe(2);
  });

  it('holds no more services than it may', async () => {
    const cache = trustedCache({ maxServices: 2 });
    const { load } = counter();
    for (const service of ['a', 'b', 'c']) await cache.read(service, 'x', load);
    expect(await cache.read('c', 'x', load)).toBe(3);
    expect(await cache.read('a', 'x', load)).toBe(4);
  });

  it('holds no more values of a service than it may', async () => {
    const cache = trustedCache({ maxValues: 2 });
    const { load } = counter();
    for (const name of ['x', 'y', 'z']) await cache.read('a', name, load);
    expect(await cache.read('a', 'z', load)).toBe(3);
    expect(await cache.read('a', 'x', load)).toBe(4);
  });
});

describe('while changes may be missed', () => {
  it('nothing is remembered', async () => {
    const cache = createServiceCache();
    const { load } = counter();
    await cache.read('a', 'x', load);
    expect(await cache.read('a', 'x', load)).toBe(2);
  });

  it('what was known before is forgotten, then and when trust comes back', async () => {
    const cache = trustedCache();
    const { load } = counter();
    await cache.read('a', 'x', load);
    cache.setTrusted(false);
    expect(await cache.read('a', 'x', load)).toBe(2);
    cache.setTrusted(true);
    expect(await cache.read('a', 'x', load)).toBe(3);
  });
});

it('a process that stays for a moment remembers nothing', async () => {
  const { load } = counter();
  await uncached.read('a', 'x', load);
  expect(await uncached.read('a', 'x', load)).toBe(2);
});
