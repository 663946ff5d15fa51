import { AppError } from '../../core/errors.ts';
import { isJsonObject, type JsonObject } from '../../core/json.ts';

export const stubProviders = ['mmg', 'firetext', 'ses', 'webhook'] as const;

/** A provider that the stub plays. */
export type StubProvider = (typeof stubProviders)[number];

/**
 * - `ok`: takes the message
 * - `refuse`: the provider's own no: MMG and the webhook 400, Firetext code 1, SES BadRequestException
 * - `throttle`: 429, of SES as TooManyRequestsException
 * - `error`: the status of `status`, 500 without one
 * - `garbage`: 200 with something that is not JSON
 * - `incomplete`: 200 with JSON that lacks what counts
 * - `hang`: takes the request and never answers
 * - `drip`: answers a byte at a time, without end
 * - `huge`: an answer without end
 * - `close`: closes the connection without an answer
 * - `cut`: closes it in the middle of the answer
 */
export const stubAnswers = [
  'ok',
  'refuse',
  'throttle',
  'error',
  'garbage',
  'incomplete',
  'hang',
  'drip',
  'huge',
  'close',
  'cut',
] as const;

/**
 * - `once`: one receipt for each message
 * - `late`: after `lateMs` in place of the usual delay
 * - `duplicate`: every receipt twice
 * - `reordered`: pairs of receipts in the wrong order
 * - `garbage`: each after one that nobody can read
 * - `none`: they get lost
 */
export const stubReceipts = ['once', 'late', 'duplicate', 'reordered', 'garbage', 'none'] as const;

/** What a receipt says; `by-recipient` as the simulated recipients do. */
export const stubOutcomes = ['by-recipient', 'delivered', 'temporary-failure', 'permanent-failure'] as const;

/** How one provider behaves. */
export interface StubScenario {
  readonly answer: (typeof stubAnswers)[number];
  readonly status: number;
  /** Part of the requests, from 0 to 1, that get this answer; the others are taken. */
  readonly share: number;
  /** Milliseconds before an answer. */
  readonly latency: number;
  readonly receipts: (typeof stubReceipts)[number];
  readonly outcome: (typeof stubOutcomes)[number];
  /** Milliseconds from the answer to the receipt, at least and at most. */
  readonly delay: readonly [least: number, most: number];
  /** The delay of late receipts. */
  readonly lateMs: number;
}

export const defaultScenario: StubScenario = {
  answer: 'ok',
  status: 500,
  share: 1,
  latency: 0,
  receipts: 'once',
  outcome: 'by-recipient',
  delay: [100, 1000],
  lateMs: 60_000,
};

const longestMs = 24 * 60 * 60 * 1000;

/**
 * Reads a change of a scenario, as `PUT /scenario/:provider` takes it; what is left out is as usual.
 *
 * @throws AppError REQUEST_INVALID saying what was expected
 */
export function readScenario(value: unknown): StubScenario {
  if (!isJsonObject(value)) throw problem('expected a JSON object');
  const given = value;
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(defaultScenario, name));
  if (unknown !== undefined)
    throw problem(`there is no '${unknown}'; known are ${Object.keys(defaultScenario).join(', ')}`);
  return {
    answer: oneOf(given, 'answer', stubAnswers),
    status: number(given, 'status', 400, 599),
    share: number(given, 'share', 0, 1),
    latency: number(given, 'latency', 0, longestMs),
    receipts: oneOf(given, 'receipts', stubReceipts),
    outcome: oneOf(given, 'outcome', stubOutcomes),
    delay: range(given['delay']),
    lateMs: number(given, 'lateMs', 0, longestMs),
  };
}

/**
 * Reads `mmg=error,status=503,share=0.1`: the answer, then whatever differs from the usual; a delay is `100-1000`.
 *
 * @throws AppError USAGE_INVALID saying what was expected
 */
export function parseScenarioFlag(text: string): { provider: StubProvider; scenario: StubScenario } {
  const [name = '', ...rest] = text.split('=');
  const provider = stubProviders.find((known) => known === name);
  const [answer, ...settings] = rest.join('=').split(',');
  try {
    if (provider === undefined) throw problem(`expected one of ${stubProviders.join(', ')} before =`);
    const given: JsonObject = answer === '' || answer === undefined ? {} : { answer };
    for (const setting of settings) {
      const [key = '', value = ''] = setting.split('=', 2);
      given[key] = key === 'delay' ? value.split('-').map(Number) : /^[\d.]+$/.test(value) ? Number(value) : value;
    }
    return { provider, scenario: readScenario(given) };
  } catch (error) {
    throw new AppError('USAGE_INVALID', `--scenario is '${text}': ${(error as Error).message}`, { cause: error });
  }
}

function oneOf<Key extends 'answer' | 'receipts' | 'outcome'>(
  given: JsonObject,
  name: Key,
  choices: readonly StubScenario[Key][],
): StubScenario[Key] {
  const value = given[name] ?? defaultScenario[name];
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw problem(`expected ${name} to be one of ${choices.join(', ')}`);
  return choice;
}

function number(given: JsonObject, name: 'status' | 'share' | 'latency' | 'lateMs', min: number, max: number): number {
  const value = given[name] ?? defaultScenario[name];
  if (typeof value === 'number' && value >= min && value <= max) return value;
  throw problem(`expected ${name} to be a number from ${min} to ${max}`);
}

function range(value: unknown): readonly [number, number] {
  if (value === undefined || value === null) return defaultScenario.delay;
  const [least, most = least] = typeof value === 'number' ? [value] : Array.isArray(value) ? (value as unknown[]) : [];
  const isRange = typeof least === 'number' && typeof most === 'number' && least >= 0 && least <= most;
  if (!isRange || most > longestMs) throw problem('expected delay to be milliseconds, or [at least, at most]');
  return [least, most];
}

function problem(message: string): AppError {
  return new AppError('REQUEST_INVALID', message);
}
