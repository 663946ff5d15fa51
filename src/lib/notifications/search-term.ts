import { validateEmailAddress } from '../recipients/email-address.ts';
import type { NotificationType } from './notification.ts';

/** What a search looks for, as patterns of LIKE (admin API sheet §4.10). */
export function toSearchPatterns(
  term: string,
  type: NotificationType | null,
): { readonly recipient: string; readonly reference: string } {
  return { recipient: anywhere(toRecipientTerm(term, type)), reference: anywhere(term.trim()) };
}

/** The part of a recipient that people wrote, as recipients are stored. */
function toRecipientTerm(term: string, type: NotificationType | null): string {
  if (type === 'sms') {
    const digits = term.replace(/[()\s+-]/g, '').toLowerCase();
    // Stored numbers begin with the country code: what people write before the rest of one is no part of it.
    return digits.replace(/^0*(?:44)?0*/, '') || digits;
  }
  if (type === 'email') {
    const email = validateEmailAddress(term);
    if (email.ok) return email.address.toLowerCase();
  }
  return term.replace(/\s/g, '').toLowerCase();
}

function anywhere(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
