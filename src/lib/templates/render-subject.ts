import type { JsonObject } from '../core/json.ts';
import { fillPlaceholders } from './fill-placeholders.ts';
import { applyTypography } from './typography.ts';
import { normaliseWhitespace } from './whitespace.ts';

export interface SubjectOptions {
  /** True for HTML, and for every subject of a letter; false for the subject that an email is sent with. */
  readonly escape: boolean;
  /** Show `hidden` in place of placeholders without a value. */
  readonly redact?: boolean | undefined;
}

/** Renders the subject of an email or a letter to one line (templating sheet §5.3 and §6). */
export function renderSubject(
  subject: string,
  personalisation: JsonObject,
  { escape, redact }: SubjectOptions,
): string {
  const filled = fillPlaceholders(subject, personalisation, { escape, lists: 'prose', unfilled: 'spans', redact });
  return normaliseWhitespace(applyTypography(filled));
}
