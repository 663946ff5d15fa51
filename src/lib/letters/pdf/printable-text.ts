import { drawnAs } from './letter-fonts.ts';

/** Stands for what cannot be printed. */
const box = '\u25a1';

// Controls, directions, joiners, variation selectors, soft hyphens: they have no shape of their own. Where lines may
// break stays; so does the line feed.
const invisible = /(?!\n|\u200b)[\p{Cc}\p{Cf}\p{Cs}\p{Variation_Selector}\u{e0000}-\u{e0fff}]/gu;
const hyphens = /[\u2010\u2011]/g;
const wideSpaces = /[\u1680\u2000-\u2006\u2008-\u200a\u205f\u3000]/g;
const noBreakSpaces = /[\u2007\u202f]/g;
const mark = /\p{M}/u;
const ascii = /^[\n\x20-\x7e]*$/;

/** A space at which no line breaks. */
export const noBreakSpace = '\u00a0';

/**
 * A text with only characters that letters can show: what the fonts do not have is shown without some of its marks, or
 * else becomes a box. `lost` counts these.
 */
export function printableText(text: string): { text: string; lost: number } {
  if (ascii.test(text)) return { text, lost: 0 };
  const plain = text
    .normalize('NFC')
    .replace(invisible, '')
    .replace(hyphens, '-')
    .replace(wideSpaces, ' ')
    .replace(noBreakSpaces, noBreakSpace);
  let lost = 0;
  let printable = '';
  for (const character of plain) {
    const shown = shownAs(character);
    printable += shown.text;
    if (shown.isLoss) lost += 1;
  }
  return { text: printable, lost };
}

const remembered = new Map<string, { text: string; isLoss: boolean }>();
const mostRemembered = 5_000;

function shownAs(character: string): { text: string; isLoss: boolean } {
  if (character === '\n' || character === '\u200b' || character === noBreakSpace)
    return { text: character, isLoss: false };
  const known = remembered.get(character);
  if (known !== undefined) return known;
  const drawn = drawnAs(character.codePointAt(0)!);
  const shown = drawn === null ? takenApart(character) : { text: String.fromCodePoint(drawn), isLoss: false };
  if (remembered.size >= mostRemembered) remembered.clear();
  remembered.set(character, shown);
  return shown;
}

function takenApart(character: string): { text: string; isLoss: boolean } {
  const compatible = allDrawn(character.normalize('NFKC'));
  if (compatible !== null) return { text: compatible, isLoss: false };
  const parts = [...character.normalize('NFD')];
  for (let count = parts.length - 1; count > 0; count -= 1) {
    const withFewerMarks = allDrawn(parts.slice(0, count).join('').normalize('NFC'));
    if (withFewerMarks !== null) return { text: withFewerMarks, isLoss: true };
  }
  // A mark without its letter would only make a second box.
  return { text: mark.test(character) ? '' : box, isLoss: true };
}

function allDrawn(text: string): string | null {
  const drawn = Array.from(text, (character) => drawnAs(character.codePointAt(0)!));
  return drawn.every((codePoint) => codePoint !== null) ? String.fromCodePoint(...drawn) : null;
}
