import { OPS, type PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { boxAround, combine, identity, type Box, type Matrix } from './matrix.ts';
import { initialTextState, type TextState } from './text-state.ts';

/** A character as a page shows it, visible or not. */
export interface PageGlyph {
  readonly text: string;
  /** Points from the page's lower left corner. */
  readonly box: Box;
  readonly baseline: number;
  /** Em in points. */
  readonly size: number;
}

/** As much of the library's fonts as places depend on. */
interface Font {
  readonly ascent?: number;
  readonly descent?: number;
  readonly fontMatrix?: Matrix;
}

interface Glyph {
  readonly unicode: string;
  /** Thousandths of em. */
  readonly width: number;
  readonly isSpace: boolean;
}

const usualFont = { ascent: 0.9, descent: -0.2 };

/**
 * All characters of a page in the order of its content, where they are drawn.
 *
 * @throws Error when a font or a picture cannot be read, or when the library gave up before the content's last operation,
 *   which it does not tell otherwise: the beginning of marked content of the name `endMark`
 */
export async function pageGlyphs(page: PDFPageProxy, endMark: string | null): Promise<PageGlyph[]> {
  const { fnArray, argsArray } = await page.getOperatorList({ intent: 'print' });
  if (endMark !== null && !isComplete(fnArray, argsArray, endMark)) throw new Error('a part of a page cannot be drawn');
  if (!(await hasAllPictures(page, fnArray, argsArray))) throw new Error('a picture cannot be read');
  const glyphs: PageGlyph[] = [];
  const saved: TextState<Font>[] = [];
  let state = initialTextState<Font>({});
  let text: Matrix = identity;
  let line = { x: 0, y: 0 };
  let at = { x: 0, y: 0 };
  const moveLine = (x: number, y: number): void => void (at = line = { x: line.x + x, y: line.y + y });
  const setFont = (name: string, size: number): void => {
    const font = page.commonObjs.has(name) ? (page.commonObjs.get(name) as Font) : {};
    if (typeof font !== 'object') throw new Error('a font cannot be read');
    state = { ...state, font, size };
  };

  fnArray.forEach((operator, index) => {
    const args = (argsArray[index] ?? []) as unknown[];
    const number = (argument: number): number => Number(args[argument]);
    switch (operator) {
      case OPS.save:
        saved.push(state);
        break;
      case OPS.restore:
      case OPS.paintFormXObjectEnd:
        state = saved.pop() ?? state;
        break;
      case OPS.paintFormXObjectBegin:
        saved.push(state);
        if (args[0]) state = { ...state, matrix: combine(state.matrix, matrixOf(args[0])) };
        break;
      case OPS.transform:
        state = { ...state, matrix: combine(state.matrix, matrixOf(args)) };
        break;
      case OPS.beginText:
        text = identity;
        at = line = { x: 0, y: 0 };
        break;
      case OPS.setCharSpacing:
        state = { ...state, characterSpacing: number(0) };
        break;
      case OPS.setWordSpacing:
        state = { ...state, wordSpacing: number(0) };
        break;
      case OPS.setHScale:
        state = { ...state, stretch: number(0) / 100 };
        break;
      case OPS.setLeading:
        state = { ...state, leading: number(0) };
        break;
      case OPS.setTextRise:
        state = { ...state, rise: number(0) };
        break;
      case OPS.setFont:
        setFont(String(args[0]), number(1));
        break;
      case OPS.setGState:
        for (const [key, value] of args[0] as [string, [string, number]][]) if (key === 'Font') setFont(...value);
        break;
      case OPS.setTextMatrix:
        text = matrixOf(ArrayBuffer.isView(args[0]) || Array.isArray(args[0]) ? args[0] : args);
        at = line = { x: 0, y: 0 };
        break;
      case OPS.moveText:
        moveLine(number(0), number(1));
        break;
      case OPS.setLeadingMoveText:
        state = { ...state, leading: -number(1) };
        moveLine(number(0), number(1));
        break;
      case OPS.nextLine:
        moveLine(0, -state.leading);
        break;
      case OPS.showText:
        at = {
          ...at,
          x: at.x + show(state, combine(state.matrix, combine(text, [1, 0, 0, 1, at.x, at.y])), args[0], glyphs),
        };
        break;
    }
  });
  return glyphs;
}

function isComplete(operators: readonly number[], args: readonly unknown[], endMark: string): boolean {
  const last = operators.lastIndexOf(OPS.beginMarkedContent);
  const [tag] = (args[last] ?? []) as [unknown?];
  const name = typeof tag === 'string' ? tag : (tag as { readonly name?: string } | undefined)?.name;
  return name === endMark;
}

/** Whether all pictures of a page can be read; one that cannot is left out without a word. */
async function hasAllPictures(
  { objs, commonObjs }: PDFPageProxy,
  operators: readonly number[],
  args: readonly unknown[],
): Promise<boolean> {
  for (const [index, operator] of operators.entries()) {
    const [id] = (args[index] ?? []) as [unknown?];
    if (!pictureOperators.has(operator) || typeof id !== 'string') continue;
    const objects = id.startsWith('g_') ? commonObjs : objs;
    // They are read while the list of operators is made, and some afterwards.
    const picture = await new Promise((resolve) => void objects.get(id, resolve));
    if (picture === null) return false;
  }
  return true;
}

const pictureOperators = new Set<number>([OPS.paintImageXObject, OPS.paintImageXObjectRepeat]);

/** Notes the characters of one text, and returns how far it moves. */
function show(state: TextState<Font>, toPage: Matrix, shown: unknown, glyphs: PageGlyph[]): number {
  const { size, stretch, rise, font } = state;
  const scale = font.fontMatrix?.[0] ?? 0.001;
  const { ascent, descent } = extentOf(font);
  let advance = 0;
  for (const glyph of shown as (Glyph | number | null)[]) {
    if (glyph === null) continue;
    if (typeof glyph === 'number') {
      advance -= (glyph / 1000) * size * stretch;
      continue;
    }
    const width = glyph.width * scale * size;
    const spacing = state.characterSpacing + (glyph.isSpace ? state.wordSpacing : 0);
    const box = boxAround(toPage, {
      left: advance,
      right: advance + width * stretch,
      bottom: rise + descent * size,
      top: rise + ascent * size,
    });
    const baseline = boxAround(toPage, { left: advance, right: advance, bottom: rise, top: rise }).bottom;
    glyphs.push({ text: glyph.unicode, box, baseline, size: Math.abs(size) * Math.hypot(toPage[2], toPage[3]) });
    advance += (width + spacing) * stretch;
  }
  return advance;
}

/** Fonts say odd things of their height. */
function extentOf({ ascent, descent }: Font): { ascent: number; descent: number } {
  const isLikely =
    ascent !== undefined && descent !== undefined && ascent > 0.4 && ascent < 1.5 && descent <= 0 && descent > -1;
  return isLikely ? { ascent, descent } : usualFont;
}

function matrixOf(value: unknown): Matrix {
  const numbers = Array.from(value as ArrayLike<number>, Number);
  return numbers.length >= 6 ? (numbers.slice(0, 6) as unknown as Matrix) : identity;
}
