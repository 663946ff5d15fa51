import type { Clock } from '../../lib/core/clock.ts';
import { parseUuid } from '../../lib/core/ids.ts';
import { isPostage, ukPostages } from '../../lib/letters/postage.ts';
import { validateEmailAddress } from '../../lib/recipients/email-address.ts';
import { validatePhoneNumberForApi } from '../../lib/recipients/phone-number.ts';

/** Says what is wrong with a text of a format, or null. */
export type FormatCheck = (text: string) => string | null;

const day = 24 * 60 * 60 * 1000;

// The parts of ISO 8601 that the reference's parser takes: basic and extended form, cut anywhere after the year.
const isoTime =
  '[ T](?<hour>\\d{2})(?::?(?<minute>\\d{2}))?(?::?(?<second>\\d{1,2})(?:[.,](?<fraction>\\d+))?)?(?:Z|[+-](?:[01]\\d|2[0-3]):?(?:[0-5]\\d)?)?';
const isoDateTime = new RegExp(
  `^(?<year>\\d{4})(?:(?:-(?<month>\\d{1,2})|(?<basicMonth>\\d{2})(?!$))(?:(?:-(?<date>\\d{1,2})|(?<basicDate>\\d{2}))(?:${isoTime})?)?)?$`,
);

// What a URI is written with (RFC 3986 §2); its parts are left to the URL parser.
const httpsUri = /^https:\/\/(?![/?#])[\w.~!$&'()*+,;=:@/?#[\]%-]+$/;
const brokenEscape = /%(?![0-9A-Fa-f]{2})/;

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
    'notify-postage': (text) =>
      (ukPostages as readonly string[]).includes(text) ? null : 'invalid. It must be either first, second or economy.',
    'notify-letter-postage': (text) =>
      isPostage(text) ? null : 'invalid. It must be first, second, economy, europe or rest-of-world.',
    'notify-schedule': (text) => checkSchedule(text, clock.now()),
  };
}

function isHttpsUri(text: string): boolean {
  return httpsUri.test(text) && !brokenEscape.test(text) && URL.canParse(text);
}

/** The time is checked and then ignored; its zone is dropped. */
function checkSchedule(text: string, now: Date): string | null {
  const instant = readIsoDateTime(text);
  if (instant === null) {
    return 'datetime format is invalid. It must be a valid ISO8601 date time format, https://en.wikipedia.org/wiki/ISO_8601';
  }
  if (instant < now.getTime()) return 'datetime can not be in the past';
  return instant > now.getTime() + day ? 'datetime can only be 24 hours in the future' : null;
}

/** The time as if it were UTC, in milliseconds; null for a text that is none, or a date that does not exist. */
export function readIsoDateTime(text: string): number | null {
  const parts = isoDateTime.exec(text)?.groups;
  if (parts === undefined) return null;
  const pad = (digits: string | undefined, absent: string): string => (digits ?? absent).padStart(2, '0');
  const date = [
    parts['year'],
    pad(parts['month'] ?? parts['basicMonth'], '1'),
    pad(parts['date'] ?? parts['basicDate'], '1'),
  ];
  const time = [pad(parts['hour'], '0'), pad(parts['minute'], '0'), pad(parts['second'], '0')];
  const seconds = `${date.join('-')}T${time.join(':')}`;
  const instant = new Date(`${seconds}.${(parts['fraction'] ?? '').slice(0, 3).padEnd(3, '0')}Z`);
  // Date.parse takes 30 February for 2 March, and 24:00 for the next day.
  if (Number.isNaN(instant.getTime()) || !instant.toISOString().startsWith(seconds)) return null;
  return instant.getTime();
}
