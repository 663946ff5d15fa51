/**
 * Sources of character classes, to be put between `[` and `]`. Notify's rules are written in Python's terms, whose `\s`,
 * `\w` and `\d` know Unicode and differ from JavaScript's (templating sheet §4, §5.1.1 and §10).
 */

/** White space. */
export const whitespaceClass = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

/** Characters of words; needs the flag `u`. */
export const wordClass = '\\p{L}\\p{N}_';

/** Decimal digits of all scripts; needs the flag `u`. */
export const digitClass = '\\p{Nd}';

/** Invisible characters that people paste without knowing. */
export const obscureZeroWidthClass = '\\u180e\\u200b-\\u200d\\u2060\\ufeff\\u2028\\u2029';

/** White space as wide as a space that is not a space. */
export const obscureFullWidthClass = '\\xa0\\u202f';

/** What ends a line, beside CR LF. */
export const lineEndClass = '\\n-\\r\\x1c-\\x1e\\x85\\u2028\\u2029';
