import { hkdfSync } from 'node:crypto';
import type { SecretKey } from '../core/secret-box.ts';

/** Tells two keys of the same id apart without giving anything away: keys are 32 random bytes. */
export function fingerprintOf({ key }: SecretKey): string {
  return Buffer.from(hkdfSync('sha256', key, '', 'notify key fingerprint', 12)).toString('hex');
}
