import type { PrintRequest } from './print-request.ts';

/** Whether the provider took a letter now, or has had it: an earlier attempt came through. */
export type PrintOutcome = 'accepted' | 'known';

/** The print provider's HTTP API, which takes letters one by one (letters sheet §12). */
export interface PrintApi {
  /** What it is called in messages, without secrets. */
  readonly place: string;
  /**
   * Asks for a letter to be printed. The same id may be given any number of times: it is printed once. `readPdf` is called
   * when it is the letter's turn, so that no more PDFs are held than requests are on their way.
   *
   * @throws AppError PRINT_FAILED, to be tried again; PRINT_REFUSED for good; whatever `readPdf` fails with
   */
  print(request: PrintRequest, readPdf: () => Promise<Buffer>): Promise<PrintOutcome>;
  /** Logs in. @throws AppError PRINT_FAILED */
  check(): Promise<void>;
  close(): Promise<void>;
}
