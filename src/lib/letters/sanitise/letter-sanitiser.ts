import { AppError } from '../../core/errors.ts';
import { createWorkThread, ThreadError } from '../pdf/work-thread.ts';
import type { SanitisedLetter, SanitiseOptions } from './sanitised-letter.ts';

/**
 * Checks and rewrites PDFs that come from outside, on a thread of its own with limits of time and memory: whatever is in
 * a file, the process that serves the API goes on. One at a time; the thread starts with the first of them.
 */
export interface LetterSanitiser {
  /**
   * A file that breaks a limit counts as one that cannot be read.
   *
   * @throws AppError LETTER_NOT_MADE when it is closed
   */
  sanitise(pdf: Uint8Array, options: SanitiseOptions): Promise<SanitisedLetter>;
  close(): Promise<void>;
}

/** What the thread is asked for. */
export interface SanitiseRequest {
  readonly pdf: Uint8Array;
  readonly options: SanitiseOptions;
}

const defaultTimeLimitMs = 60_000;
const defaultMemoryMb = 512;

export function createLetterSanitiser({
  timeLimitMs = defaultTimeLimitMs,
  mostMemoryMb = defaultMemoryMb,
} = {}): LetterSanitiser {
  const module = new URL('./sanitiser-thread', import.meta.url);
  const thread = createWorkThread<SanitiseRequest, SanitisedLetter>({ module, timeLimitMs, mostMemoryMb });
  return {
    async sanitise(pdf, options) {
      try {
        return await thread.ask({ pdf, options });
      } catch (error) {
        if (!(error instanceof ThreadError) || error.failure === 'closed')
          throw new AppError('LETTER_NOT_MADE', 'A letter could not be checked: the thread is closed', {
            cause: error,
          });
        return unreadable(error.message);
      }
    },
    close: () => thread.close(),
  };
}

function unreadable(remark: string): SanitisedLetter {
  const message = 'unable-to-read-the-file';
  return { pageCount: null, message, invalidPages: null, recipientAddress: null, file: null, remarks: [remark] };
}
