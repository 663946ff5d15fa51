import type { JsonObject } from '../core/json.ts';
import { fillPlaceholders, fillWith } from './fill-placeholders.ts';
import { downgradeToSms, smsEncoding, smsFragmentCount, type SmsEncoding } from './sms-encoding.ts';
import { smsCharacterLimit } from './template.ts';
import { obscureZeroWidthClass, whitespaceClass } from './unicode-classes.ts';
import { normaliseWhitespace, removeWhitespaceBeforePunctuation, splitLines, trimUnicode } from './whitespace.ts';

export interface SmsSource {
  readonly content: string;
  /** `{}` means no values at all: unfilled placeholders are then dropped, not shown. */
  readonly personalisation: JsonObject;
  /** The service's name when the service prefixes its texts; null or empty for none. */
  readonly prefix: string | null;
  /** Show `[hidden]` in place of placeholders without a value; the caller then passes no personalisation. */
  readonly redact?: boolean | undefined;
}

export interface RenderedSms {
  /** What goes to the phone, prefix included. */
  readonly text: string;
  /** UTF-16 units of `text`. */
  readonly characterCount: number;
  readonly characterCountWithoutPrefix: number;
  /** Text messages that are billed. */
  readonly fragmentCount: number;
  readonly encoding: SmsEncoding;
  /** Judged on the text without prefix, as the API does. */
  readonly tooLong: boolean;
  /** Judged on the text without prefix, as the API does. */
  readonly empty: boolean;
}

/** Renders a text message (templating sheet §4). Without prefix, `text` is also the API's `body`. */
export function renderSms({ content, personalisation, prefix, redact = false }: SmsSource): RenderedSms {
  const filled = fillSms(content, personalisation, redact);
  const plain = measure(filled, null);
  const sent = prefix === null || prefix === '' ? plain : measure(filled, prefix);
  return {
    text: sent.text,
    characterCount: sent.text.length,
    characterCountWithoutPrefix: sent.countWithoutPrefix,
    fragmentCount: smsFragmentCount(sent.text, sent.encoding),
    encoding: sent.encoding,
    tooLong: plain.countWithoutPrefix > smsCharacterLimit,
    empty: plain.countWithoutPrefix === 0,
  };
}

interface FilledSms {
  readonly text: string;
  /** A character that stands for each unfilled placeholder until the very end; null when there is none. */
  readonly opaque: string | null;
}

interface MeasuredSms {
  readonly text: string;
  readonly countWithoutPrefix: number;
  readonly encoding: SmsEncoding;
}

function measure({ text: filled, opaque }: FilledSms, prefix: string | null): MeasuredSms {
  let text = normaliseSms(prefix === null ? filled : `${trimUnicode(prefix)}: ${filled}`);
  if (opaque !== null) text = text.replaceAll(opaque, '');
  const encoding = smsEncoding(text);
  text = downgradeToSms(text);
  // The prefix is counted as the service spells it, blanks at its ends included: that is what limits were built on.
  const prefixLength = prefix === null ? 0 : downgradeToSms(prefix).length + 2;
  return { text, countWithoutPrefix: Math.max(text.length - prefixLength, 0), encoding };
}

function fillSms(content: string, personalisation: JsonObject, redact: boolean): FilledSms {
  if (redact || hasValues(personalisation)) {
    const text = fillPlaceholders(content, personalisation, {
      escape: false,
      lists: 'prose',
      unfilled: 'text',
      redact,
    });
    return { text, opaque: null };
  }
  if (!content.includes('((')) return { text: content, opaque: null };
  // With no values at all a placeholder is a word until white space is settled, then nothing; a conditional is nothing
  // from the start.
  const opaque = characterOutside(content);
  const options = { escape: false, lists: 'prose' } as const;
  const text = fillWith(content, {}, options, ({ conditionalText }) => (conditionalText === null ? opaque : ''));
  return { text, opaque };
}

function hasValues(personalisation: JsonObject): boolean {
  for (const _name in personalisation) return true;
  return false;
}

/** A private-use character that the text does not hold. */
function characterOutside(text: string): string {
  for (let code = 0xe000; code <= 0xf8ff; code += 1) {
    const character = String.fromCharCode(code);
    if (!text.includes(character)) return character;
  }
  return '\uffff';
}

// Everything that the steps below could change; a text without any of it is already what they would make of it.
const mayNeedNormalising = new RegExp(
  `(?![\\n ])[${whitespaceClass}]|[${obscureZeroWidthClass}]|\\n{3}|[ \\n] | [,.\\n]|^[ \\n]|[ \\n]$`,
);

/** Settles the white space of a text message, before its downgrade (templating sheet §4). */
export function normaliseSms(text: string): string {
  if (!mayNeedNormalising.test(text)) return text;
  const lines = splitLines(removeWhitespaceBeforePunctuation(text)).map(normaliseWhitespace);
  return trimUnicode(lines.join('\n').replace(/\n{3,}/g, '\n\n'));
}
