/** The thread of `LetterSanitiser`: it answers one request at a time. */
import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../core/errors.ts';
import type { ThreadAnswer } from '../pdf/work-thread.ts';
import type { SanitiseRequest } from './letter-sanitiser.ts';
import type { SanitisedLetter } from './sanitised-letter.ts';

parentPort!.on('message', (request: SanitiseRequest) => void answer(request));

async function answer({ pdf, options }: SanitiseRequest): Promise<void> {
  let message: ThreadAnswer<SanitisedLetter>;
  try {
    const { sanitisePdf } = await import('./sanitise-pdf.ts');
    message = { result: await sanitisePdf(pdf, options) };
  } catch (error) {
    message = { problem: messageOf(error) };
  }
  parentPort!.postMessage(message);
}
