/** The thread of `LetterPrinter`: it answers one request at a time. */
import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../core/errors.ts';
import type { PrinterAnswer, PrinterRequest } from './letter-printer.ts';
import type { LetterPdf } from './letter-source.ts';
import type { PagePicture } from './page-picture.ts';

parentPort!.on('message', (request: PrinterRequest) => void answer(request));

async function answer(request: PrinterRequest): Promise<void> {
  let message: PrinterAnswer;
  try {
    message = { result: await work(request) };
  } catch (error) {
    message = { problem: messageOf(error) };
  }
  parentPort!.postMessage(message);
}

async function work(request: PrinterRequest): Promise<LetterPdf | PagePicture> {
  if (request.kind === 'letter') {
    const { renderLetterPdf } = await import('./render-letter-pdf.ts');
    return renderLetterPdf(request.source);
  }
  const { pagePicture } = await import('./page-picture.ts');
  return pagePicture(request.pdf, request.page, request.dpi);
}
