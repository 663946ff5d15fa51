/** Buffers that are used again and again: those that are left to the garbage collector stay in memory until it comes. */
export interface BufferPool {
  /** A buffer of at least so many bytes, with anything in it. */
  take(bytes: number): Buffer<ArrayBuffer>;
  /** Gives back a buffer that nobody reads from or writes to any more. */
  give(buffer: Buffer<ArrayBuffer>): void;
}

const step = 32 * 1024;

/** A pool that has as many buffers as were ever taken at the same time, and grows those that are too small. */
export function createBufferPool(): BufferPool {
  const free: Buffer<ArrayBuffer>[] = [];
  return {
    take(bytes) {
      const buffer = free.pop();
      if (buffer !== undefined && buffer.length >= bytes) return buffer;
      return Buffer.allocUnsafeSlow(Math.ceil(bytes / step) * step);
    },
    give: (buffer) => void free.push(buffer),
  };
}
