/**
 * What a process remembers of services: settings, keys, templates. Whatever belongs to a service is forgotten together,
 * as soon as the database tells that any of it changed.
 */
export interface ServiceCache {
  /**
   * The remembered value of a service under this name, or what `load` reads. Concurrent readers share one load; a load
   * that fails, or gives null, is not remembered. The value is shared: nobody changes it.
   */
  read<Value>(serviceId: string, name: string, load: () => Promise<Value>): Promise<Value>;
}

/** Remembers nothing: for commands, which run for a moment. */
export const uncached: ServiceCache = { read: (_serviceId, _name, load) => load() };

export interface RememberingServiceCache extends ServiceCache {
  /** Forgets a service: it was changed, by this process or another. */
  forget(serviceId: string): void;
  /** Says whether changes are heard of. While they are not, nothing is remembered. */
  setTrusted(isTrusted: boolean): void;
}

export interface ServiceCacheOptions {
  /** Services at most; the one that was loaded first goes first. */
  readonly maxServices?: number;
  /** Values of one service at most. */
  readonly maxValues?: number;
  /** The safety net under the announcements of changes, in milliseconds. */
  readonly maxAgeMs?: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

interface Entry {
  readonly value: Promise<unknown>;
  readonly loadedAt: number;
}

/** A cache that is empty, and not trusted yet. */
export function createServiceCache(options: ServiceCacheOptions = {}): RememberingServiceCache {
  const { maxServices = 5000, maxValues = 1000, maxAgeMs = 60_000, now = () => performance.now() } = options;
  const services = new Map<string, Map<string, Entry>>();
  let trusted = false;

  const valuesOf = (serviceId: string): Map<string, Entry> => {
    let values = services.get(serviceId);
    if (values === undefined) {
      if (services.size >= maxServices) services.delete(services.keys().next().value!);
      services.set(serviceId, (values = new Map<string, Entry>()));
    }
    return values;
  };

  return {
    read<Value>(serviceId: string, name: string, load: () => Promise<Value>): Promise<Value> {
      if (!trusted) return load();
      const values = valuesOf(serviceId);
      const known = values.get(name);
      if (known !== undefined && now() - known.loadedAt < maxAgeMs) return known.value as Promise<Value>;
      if (values.size >= maxValues) values.clear();
      const value = load();
      const entry: Entry = { value, loadedAt: now() };
      values.set(name, entry);
      const forgetEntry = (): void => {
        if (values.get(name) === entry) values.delete(name);
      };
      value.then((loaded) => {
        if (loaded === null) forgetEntry();
      }, forgetEntry);
      return value;
    },
    // A load under way is not in the map any more either: its value goes to those who wait for it, and no further.
    forget: (serviceId) => void services.delete(serviceId),
    setTrusted(isTrusted) {
      trusted = isTrusted;
      services.clear();
    },
  };
}
