import type { Readable } from 'node:stream';

export type ScanVerdict = { readonly isClean: true } | { readonly isClean: false; readonly virus: string };

/** Looks for viruses in files before anything else opens them. */
export interface VirusScanner {
  /** @throws AppError SCANNER_FAILED, to be tried again; what `content` throws */
  scan(content: Readable): Promise<ScanVerdict>;
}
