import { collateLetters, type CollateDeps, type CollateOptions, type Collation } from './collate-letters.ts';
import type { PrintApi } from './print-api.ts';
import { requestPrints } from './request-prints.ts';

export interface PrintRunDeps extends CollateDeps {
  /** Null: letters go in zips. */
  readonly printApi: PrintApi | null;
}

/** Brings the letters that wait on their way to the print provider: in zips, or one by one where it has an API. */
export function beginPrintRun(deps: PrintRunDeps, options: CollateOptions = {}): Promise<Collation> {
  return deps.printApi === null ? collateLetters(deps, options) : requestPrints(deps, options);
}
