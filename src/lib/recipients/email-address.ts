import { domainToAscii2003 } from './idna-2003.ts';
import { stripRecipient } from './whitespace.ts';

/** The one error of e-mail addresses, the same in the API, the CSV check and the site. */
export const emailAddressErrorMessage = 'Not a valid email address';

export type EmailAddressResult = { ok: true; address: string } | { ok: false; message: string };

const invalid: EmailAddressResult = { ok: false, message: emailAddressErrorMessage };

const longestAddress = 320;
const longestDomain = 253;
const longestLabel = 63;

const localPart = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+$/;
/** Letters and digits in groups joined by one or two hyphens. */
const hostLabel = /^[a-z0-9]+(?:--?[a-z0-9]+)*$/i;
const topLevelDomain = /^(?:[a-z]{2,63}|xn--(?:[a-z0-9]+-)*[a-z0-9]+)$/i;

/**
 * Checks an e-mail address (templating sheet §8).
 *
 * @returns the address without surrounding and obscure whitespace, its case and its Unicode domain kept
 */
export function validateEmailAddress(input: string): EmailAddressResult {
  const address = stripRecipient(input);
  if (address.length > 2 * longestAddress || Array.from(address).length > longestAddress) return invalid;
  const at = address.indexOf('@');
  const domain = address.slice(at + 1);
  if (at < 1 || !localPart.test(address.slice(0, at)) || address.includes('..')) return invalid;
  // Whitespace and a second @ need no look of their own: neither survives in a host name.
  const ascii = domainToAscii2003(domain);
  return ascii !== null && isHostName(ascii) ? { ok: true, address } : invalid;
}

function isHostName(domain: string): boolean {
  if (domain.length > longestDomain) return false;
  const labels = domain.split('.');
  return (
    labels.length >= 2 &&
    labels.every((label) => label.length <= longestLabel && hostLabel.test(label)) &&
    topLevelDomain.test(labels.at(-1)!)
  );
}

/**
 * The address in the form that is stored in `normalised_to` and compared: stripped and in lower case. It does not check
 * anything; `validateEmailAddress` does.
 */
export function normaliseEmailAddress(address: string): string {
  return stripRecipient(address).toLowerCase();
}

/**
 * The address as mail servers take it: the domain in ASCII, the local part untouched
 * (`føøøø@bååååår.com` → `føøøø@xn--br-yiaaaaa.com`, delivery sheet §5.3). Text without a usable domain stays as it is.
 */
export function toSmtpAddress(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = at < 0 ? null : domainToAscii2003(address.slice(at + 1));
  return domain === null ? address : `${address.slice(0, at)}@${domain}`;
}
