import { spawn } from 'node:child_process';
import { AppError, messageOf } from '../../core/errors.ts';

/** A site's own program that makes PDFs fit for its printer, such as by turning colours into CMYK. */
export interface PdfNormaliser {
  /** @throws AppError LETTER_NOT_MADE when the program fails, takes too long or makes no PDF */
  normalise(pdf: Uint8Array): Promise<Uint8Array>;
}

const defaultTimeLimitMs = 60_000;
const mostBytes = 100 * 1024 * 1024;
const mostErrorText = 500;
/** The program reads files of strangers: it is given no secrets of ours. */
const environment = { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' };
const beginningOfPdf = '%PDF-';

/** Runs a program, without a shell, with the PDF on its standard input; its standard output is the new PDF. */
export function createPdfNormaliser(
  command: readonly string[],
  { timeLimitMs = defaultTimeLimitMs } = {},
): PdfNormaliser {
  const [program, ...args] = command as [string, ...string[]];
  return { normalise: (pdf) => run(program, args, pdf, timeLimitMs) };
}

function run(program: string, args: readonly string[], pdf: Uint8Array, timeLimitMs: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: environment });
    const output: Buffer[] = [];
    let bytes = 0;
    let errorText = '';
    const timer = setTimeout(() => fail(`took longer than ${timeLimitMs / 1000} s`), timeLimitMs);
    const fail = (problem: string, cause?: unknown): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new AppError('LETTER_NOT_MADE', `The PDF normaliser '${program}' ${problem}`, { cause }));
    };
    child.on('error', (error) => fail(messageOf(error), error));
    // A program that ends early says why by its exit code.
    child.stdin.on('error', () => undefined);
    child.stderr.on('data', (data: Buffer) => {
      if (errorText.length < mostErrorText) errorText += data.toString();
    });
    child.stdout.on('data', (data: Buffer) => {
      output.push(data);
      bytes += data.length;
      if (bytes > mostBytes) fail(`wrote more than ${mostBytes} bytes`);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      const made = Buffer.concat(output);
      if (code !== 0) fail(`ended with ${code}: ${errorText.slice(0, mostErrorText).trim()}`);
      else if (!made.subarray(0, beginningOfPdf.length).equals(Buffer.from(beginningOfPdf))) fail('wrote no PDF');
      else resolve(made);
    });
    child.stdin.end(pdf);
  });
}
