import { decodeStrictEntities } from './html-entities.ts';

// Stand for the entities that survive as they are while the others are decoded. Noncharacters, three long: a text that
// holds exactly these gets a harmless entity in their place.
const keptSpace = '\ufdd0\ufdd1\ufdd2';
const keptAmpersand = '\ufdd3\ufdd4\ufdd5';

const special = /[&<>]/g;

/**
 * Escape mode (templating sheet §2): references with a semicolon are decoded, then `& < >` are escaped; quotes are not.
 * `&nbsp;` and `&amp;` are kept.
 */
export function escapeHtml(text: string): string {
  if (!text.includes('&')) return escapeMarkup(text);
  const set = text.replaceAll('&nbsp;', keptSpace).replaceAll('&amp;', keptAmpersand);
  return escapeMarkup(decodeStrictEntities(set)).replaceAll(keptSpace, '&nbsp;').replaceAll(keptAmpersand, '&amp;');
}

/** Escapes every `& < >`, also of entities. */
export function escapeMarkup(text: string): string {
  return text.replace(special, (character) => (character === '&' ? '&amp;' : character === '<' ? '&lt;' : '&gt;'));
}
