/** The thread of `LetterPrinter`: it answers one request at a time. */
import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../core/errors.ts';
import type { PrinterAnswer, PrinterRequest, PrinterResult } from './letter-printer.ts';

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

async function work(request: PrinterRequest): Promise<PrinterResult> {
  if (request.kind === 'letter') {
    const { renderLetterPdf } = await import('./render-letter-pdf.ts');
    return renderLetterPdf(request.source);
  }
  if (request.kind === 'logo') {
    const { readLogo } = await import('./read-logo.ts');
    return readLogo(request.file);
  }
  const { pagePicture } = await import('./page-picture.ts');
  return pagePicture(request.pdf, request.page, request.dpi);
}
