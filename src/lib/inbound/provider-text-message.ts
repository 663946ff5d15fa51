import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { isJsonObject, parseJson, type JsonValue } from '../core/json.ts';
import { readReceivedTextTime } from '../core/provider-time.ts';
import { providerText } from '../core/provider-text.ts';
import { decodeMmgText, decodePercent } from './mmg-text.ts';
import type { ReceivedText } from './receive-text-message.ts';

/** Providers that post the texts that people send. */
export type InboundProvider = 'mmg' | 'firetext';

type Read = (deps: { clock: Clock }, body: string) => ReceivedText;

/**
 * How each of them writes a text (delivery sheet §6.4).
 *
 * @throws AppError REQUEST_INVALID; `details.messages` name every missing field
 */
export const readProviderText: Readonly<Record<InboundProvider, Read>> = {
  mmg: readMmgText,
  firetext: readFiretextText,
};

function readMmgText({ clock }: { clock: Clock }, body: string): ReceivedText {
  let fields: JsonValue;
  try {
    fields = parseJson(body);
  } catch (error) {
    throw problem('MMG', ['invalid json'], error);
  }
  if (!isJsonObject(fields)) throw problem('MMG', ['invalid json']);
  requireFields('MMG', ['MSISDN', 'Number', 'Message', 'ID'], (name) => fields[name] ?? null);
  const text = (name: string): string => providerText(fields[name]);
  return {
    to: text('Number'),
    from: text('MSISDN'),
    content: decodeMmgText(text('Message')),
    provider: 'mmg',
    providerReference: text('ID'),
    providerDate: text('DateRecieved') === '' ? null : readTime(clock, text('DateRecieved')),
  };
}

function readFiretextText({ clock }: { clock: Clock }, body: string): ReceivedText {
  const form = new URLSearchParams(body);
  requireFields('Firetext', ['source', 'destination', 'message', 'time'], (name) => form.get(name));
  const text = (name: string): string => providerText(form.get(name));
  return {
    to: text('destination'),
    from: text('source'),
    content: text('message'),
    provider: 'firetext',
    providerReference: null,
    providerDate: readTime(clock, text('time')),
  };
}

/** A time that nobody can read is now. */
function readTime(clock: Clock, text: string): Date {
  return readReceivedTextTime(decodePercent(text)) ?? clock.now();
}

function requireFields(provider: string, names: readonly string[], valueOf: (name: string) => unknown): void {
  const missing = names.filter((name) => valueOf(name) === null);
  if (missing.length > 0)
    throw problem(
      provider,
      missing.map((name) => `${name} missing`),
    );
}

function problem(provider: string, problems: readonly string[], cause?: unknown): AppError {
  const messages = problems.map((text) => `${provider} inbound SMS failed: ${text}`);
  return new AppError('REQUEST_INVALID', messages.join('; '), { cause, details: { messages } });
}
