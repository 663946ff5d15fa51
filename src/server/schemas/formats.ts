import type { Clock } from '../../lib/core/clock.ts';
import { parseUuid } from '../../lib/core/ids.ts';
import { validateEmailAddress } from '../../lib/recipients/email-address.ts';
import { validatePhoneNumberForApi } from '../../lib/recipients/phone-number.ts';

/** Says what is wrong with a text of a format, or null. */
export type FormatCheck = (text: string) => string | null;

const day = 24 * 60 * 60 * 1000;
const isoDateTime = /^\d{4}-?\d{2}-?\d{2}([T ]\d{2}(:?\d{2}(:?\d{2}([.,]\d+)?)?)?)?\s*(Z|[+-]\d{2}(:?\d{2})?)?$/;

/** The formats of the request schemas with the API's wording (public API sheet §3 and §4.1). */
export function createFormats(clock: Clock): Readonly<Record<string, FormatCheck>> {
  return {
    'notify-uuid': (text) => (parseUuid(text) === null ? 'is not a valid UUID' : null),
    'notify-phone': (text) => {
      const result = validatePhoneNumberForApi(text, { international: true, landlines: true });
      return result.ok ? null : result.message;
    },
    'notify-email': (text) => {
      const result = validateEmailAddress(text);
      return result.ok ? null : result.message;
    },
    'notify-https-url': (text) => (isHttpsUri(text) ? null : 'is not a valid https url'),
    'notify-schedule': (text) => checkSchedule(text, clock.now()),
  };
}

function isHttpsUri(text: string): boolean {
  return /^https:\/\/[^\s<>"{}|\\^`]+$/.test(text) && URL.canParse(text);
}

/** The time is checked and then ignored; its zone is dropped. */
function checkSchedule(text: string, now: Date): string | null {
  const withoutZone = text.replace(/\s*(Z|[+-]\d{2}(:?\d{2})?)$/, '');
  const instant = isoDateTime.test(text)
    ? Date.parse(`${withoutZone.replace(' ', 'T').slice(0, 23)}${withoutZone.includes(':') ? 'Z' : ''}`)
    : Number.NaN;
  if (Number.isNaN(instant)) {
    return 'datetime format is invalid. It must be a valid ISO8601 date time format, https://en.wikipedia.org/wiki/ISO_8601';
  }
  if (instant < now.getTime()) return 'datetime can not be in the past';
  return instant > now.getTime() + day ? 'datetime can only be 24 hours in the future' : null;
}
