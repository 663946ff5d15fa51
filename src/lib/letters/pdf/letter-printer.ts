import { AppError, messageOf } from '../../core/errors.ts';
import type { LetterPdf, LetterSource } from './letter-source.ts';
import type { PagePicture } from './page-picture.ts';
import type { Logo } from './read-logo.ts';
import { createWorkThread, type ThreadAnswer } from './work-thread.ts';

/**
 * Makes PDFs of letters, and pictures of their pages, on a thread of its own: a long letter takes seconds, in which the
 * process must go on answering. One at a time; the thread starts with the first of them.
 */
export interface LetterPrinter {
  /** @throws AppError LETTER_NOT_MADE */
  print(source: LetterSource): Promise<LetterPdf>;
  /** A page of a PDF, counted from 1. @throws AppError LETTER_NOT_MADE */
  picture(pdf: Uint8Array, page: number, options?: { readonly dpi?: number }): Promise<PagePicture>;
  /** A picture for the top of letters; null for a file that is none. @throws AppError LETTER_NOT_MADE */
  logo(file: Uint8Array): Promise<Logo | null>;
  close(): Promise<void>;
}

/** What the thread is asked for. */
export type PrinterRequest =
  | { readonly kind: 'letter'; readonly source: LetterSource }
  | { readonly kind: 'picture'; readonly pdf: Uint8Array; readonly page: number; readonly dpi: number }
  | { readonly kind: 'logo'; readonly file: Uint8Array };

/** What it answers. */
export type PrinterResult = LetterPdf | PagePicture | Logo | null;
export type PrinterAnswer = ThreadAnswer<PrinterResult>;

const defaultDpi = 96;
const defaultTimeLimitMs = 60_000;
const mostMemoryMb = 512;

export function createLetterPrinter({ timeLimitMs = defaultTimeLimitMs } = {}): LetterPrinter {
  const module = new URL('./printer-thread', import.meta.url);
  const thread = createWorkThread<PrinterRequest, PrinterResult>({ module, timeLimitMs, mostMemoryMb });
  const ask = async <Result extends PrinterResult>(request: PrinterRequest): Promise<Result> => {
    try {
      return (await thread.ask(request)) as Result;
    } catch (error) {
      throw notMade(messageOf(error), error);
    }
  };
  return {
    print: (source) => ask({ kind: 'letter', source }),
    picture: (pdf, page, { dpi = defaultDpi } = {}) => ask({ kind: 'picture', pdf, page, dpi }),
    logo: (file) => ask({ kind: 'logo', file }),
    close: () => thread.close(),
  };
}

function notMade(problem: string, cause?: unknown): AppError {
  return new AppError('LETTER_NOT_MADE', `The PDF of a letter could not be made: ${problem}`, { cause });
}
