/** Work that is put off, and dropped when its owner ends. */
export interface Delays {
  /** Does it after so many milliseconds; at once for none. */
  later(ms: number, act: () => void): void;
  /** Drops what is still to come. */
  drop(): void;
}

export function createDelays(): Delays {
  const timers = new Set<NodeJS.Timeout>();
  return {
    later(ms, act) {
      if (ms === 0) return act();
      const timer = setTimeout(() => {
        timers.delete(timer);
        act();
      }, ms);
      timers.add(timer);
    },
    drop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
