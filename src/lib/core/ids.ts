import { randomUUID } from 'node:crypto';
import { randomBytesPooled } from './random.ts';

/** Ids and secrets, as a dependency. */
export interface Ids {
  /** A UUIDv7: time-ordered, monotonic within one process. */
  uuid(): string;
  /** A random UUIDv4, for API key secrets: carries no time. */
  secret(): string;
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * A generator of UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, then a 12-bit counter seeded at random each
 * millisecond so that ids made in one millisecond keep their order, then 62 random bits.
 */
export function createIds(now: () => number = Date.now): Ids {
  let lastMillisecond = -1;
  let counter = 0;

  return {
    uuid() {
      const bytes = randomBytesPooled(16);
      let millisecond = now();
      if (millisecond <= lastMillisecond) {
        millisecond = lastMillisecond;
        counter += 1;
        if (counter > 0xfff) {
          // 4,096 ids in a millisecond: borrow from the next one rather than lose the order.
          millisecond += 1;
          counter = bytes.readUInt16BE(6) & 0x7ff;
        }
      } else {
        counter = bytes.readUInt16BE(6) & 0x7ff;
      }
      lastMillisecond = millisecond;
      bytes.writeUIntBE(millisecond, 0, 6);
      bytes.writeUInt16BE(0x7000 | counter, 6);
      bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
      return formatUuid(bytes);
    },
    secret: () => randomUUID(),
  };
}

function formatUuid(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/**
 * Reads a UUID as leniently as the reference does (public API sheet §3), which is as Python's `uuid.UUID` does: braces,
 * `urn:uuid:` in lower case, hyphens anywhere or nowhere. Surrounding whitespace is refused, and so is what Python only
 * takes because it reads the digits as a number (`0x`, signs, underscores). Returns the lower-case hyphenated form, or
 * null.
 */
export function parseUuid(text: unknown): string | null {
  // The longest usual spelling has 47 characters.
  if (typeof text !== 'string' || text.length > 64) return null;
  const lower = text.toLowerCase();
  if (uuidPattern.test(lower)) return lower;
  const hex = text
    .replaceAll('urn:', '')
    .replaceAll('uuid:', '')
    .replace(/^[{}]+|[{}]+$/g, '')
    .replaceAll('-', '');
  return /^[0-9a-f]{32}$/i.test(hex) ? formatUuid(Buffer.from(hex, 'hex')) : null;
}
