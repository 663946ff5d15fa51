import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The fonts of letters: Liberation Sans, which has the widths of Arial and all letters of Welsh (letters sheet §7). Its
 * licence (GPL 2 with the exception for fonts) lets every document embed it. The files are those that `pdfjs-dist`
 * brings for PDFs without fonts.
 */
const require = createRequire(import.meta.url);
const folder = join(dirname(require.resolve('pdfjs-dist/package.json')), 'standard_fonts');

/** As much of fontkit's font as letters need. */
interface Font {
  readonly unitsPerEm: number;
  readonly ascent: number;
  /** Negative. */
  readonly descent: number;
  readonly characterSet: readonly number[];
  layout(text: string): { readonly advanceWidth: number };
  glyphForCodePoint(codePoint: number): { readonly id: number };
}

// pdfkit's own: it draws with these fonts.
const fontkit = createRequire(require.resolve('pdfkit'))('fontkit') as { create(file: Buffer): Font };

export const fonts = { regular: openFont('Regular'), bold: openFont('Bold') };

const characters = charactersOf(fonts.regular);
const boldCharacters = charactersOf(fonts.bold);

/**
 * The character to draw for this one: the first of those that look the same, since a font keeps in mind as which of them
 * it first drew a shape, and one letter must not depend on another. Null for what the fonts do not have.
 */
export function drawnAs(codePoint: number): number | null {
  return boldCharacters.has(codePoint) ? (characters.get(codePoint) ?? null) : null;
}

/** From a line's top to the baseline, for type of this size on lines of this height, as CSS places it. */
export function baselineOffset({ size, leading }: { size: number; leading: number }): number {
  const { ascent, descent, unitsPerEm } = fonts.regular;
  return leading / 2 + ((ascent + descent) / unitsPerEm / 2) * size;
}

const mostRemembered = 20_000;
const longestRemembered = 40;
const widths = { regular: new Map<string, number>(), bold: new Map<string, number>() };

/** The width of a text in em. */
export function widthInEm(text: string, bold: boolean): number {
  const face = bold ? 'bold' : 'regular';
  const known = widths[face].get(text);
  if (known !== undefined) return known;
  const width = fonts[face].layout(text).advanceWidth / fonts[face].unitsPerEm;
  if (text.length <= longestRemembered) {
    if (widths[face].size >= mostRemembered) widths[face].clear();
    widths[face].set(text, width);
  }
  return width;
}

function openFont(style: string): Font {
  return fontkit.create(readFileSync(join(folder, `LiberationSans-${style}.ttf`)));
}

/** The characters of a font, each with the first one of the same glyph. */
function charactersOf(font: Font): ReadonlyMap<number, number> {
  const firstOfGlyph = new Map<number, number>();
  const firsts = new Map<number, number>();
  for (const codePoint of font.characterSet.toSorted((left, right) => left - right)) {
    if (isPrivate(codePoint)) continue;
    const { id } = font.glyphForCodePoint(codePoint);
    if (id === 0) continue;
    if (!firstOfGlyph.has(id)) firstOfGlyph.set(id, codePoint);
    firsts.set(codePoint, firstOfGlyph.get(id)!);
  }
  return firsts;
}

/** Means nothing outside of the font. */
function isPrivate(codePoint: number): boolean {
  return codePoint >= 0xe000 && codePoint <= 0xf8ff;
}
