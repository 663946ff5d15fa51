import { AppError } from '../core/errors.ts';
import { isJsonObject } from '../core/json.ts';

/**
 * - `accept`: takes the letter; one that it has is answered 409
 * - `status`: answers the status of `status`, and takes nothing
 * - `hang`: takes the letter and never answers
 * - `close`: takes the letter and closes the connection without an answer
 */
export const printerAnswers = ['accept', 'status', 'hang', 'close'] as const;

/** How the printer behaves. */
export interface PrinterScenario {
  readonly answer: (typeof printerAnswers)[number];
  readonly status: number;
  /** Milliseconds before an answer. */
  readonly latency: number;
  /** What it posts of letters that it took. */
  readonly callback: 'DESPATCHED' | 'REJECTED' | 'none';
  /** Milliseconds before that. */
  readonly delay: number;
  /** How long its tokens are good. */
  readonly tokenSeconds: number;
}

export const usualScenario: PrinterScenario = {
  answer: 'accept',
  status: 500,
  latency: 0,
  callback: 'DESPATCHED',
  delay: 0,
  tokenSeconds: 3600,
};

/** @throws AppError REQUEST_INVALID saying what was expected */
export function readPrinterScenario(value: unknown): PrinterScenario {
  if (!isJsonObject(value)) throw new AppError('REQUEST_INVALID', 'expected a JSON object');
  const scenario = { ...usualScenario, ...(value as Partial<PrinterScenario>) };
  if (!printerAnswers.includes(scenario.answer))
    throw new AppError('REQUEST_INVALID', `expected answer to be one of ${printerAnswers.join(', ')}`);
  if (!['DESPATCHED', 'REJECTED', 'none'].includes(scenario.callback))
    throw new AppError('REQUEST_INVALID', 'expected callback to be one of DESPATCHED, REJECTED, none');
  for (const name of ['status', 'latency', 'delay', 'tokenSeconds'] as const)
    if (!Number.isInteger(scenario[name]) || scenario[name] < 0)
      throw new AppError('REQUEST_INVALID', `expected ${name} to be a whole number`);
  return scenario;
}
