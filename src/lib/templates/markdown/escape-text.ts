import { wordClass } from '../unicode-classes.ts';

const needsEscape = new RegExp(`[<>]|&(?!#?[${wordClass}]+;)`, 'gu');

/** Escapes `<`, `>`, and `&` unless it begins what looks like an entity (templating sheet §5.2, inline rule 9). */
export function escapeText(text: string): string {
  return text.replace(needsEscape, (character) => (character === '<' ? '&lt;' : character === '>' ? '&gt;' : '&amp;'));
}
