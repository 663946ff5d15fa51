import { PDFArray, PDFDict, PDFName, PDFNumber, PDFStream, type PDFPageLeaf } from '@cantoo/pdf-lib';
import { boxAround, identity, type Box, type Matrix } from './matrix.ts';

/** What an annotation shows on paper, and where. */
export interface Appearance {
  readonly form: PDFStream;
  readonly matrix: Matrix;
}

const flags = { hidden: 1 << 1, print: 1 << 2 };

/**
 * What the annotations of a page show when it is printed: filled-in fields, stamps, notes (ISO 32000-1 §12.5.5).
 */
export function appearancesOf(page: PDFPageLeaf): Appearance[] {
  const annotations = page.lookup(PDFName.of('Annots'));
  if (!(annotations instanceof PDFArray)) return [];
  return annotations.asArray().flatMap((_, index) => {
    const annotation = annotations.lookup(index);
    const appearance = annotation instanceof PDFDict ? appearanceOf(annotation) : null;
    return appearance === null ? [] : [appearance];
  });
}

function appearanceOf(annotation: PDFDict): Appearance | null {
  const flagged = annotation.lookup(PDFName.of('F'));
  const bits = flagged instanceof PDFNumber ? flagged.asNumber() : 0;
  if ((bits & flags.hidden) !== 0 || (bits & flags.print) === 0) return null;
  const form = normalForm(annotation);
  const place = boxIn(annotation, 'Rect');
  if (form === null || place === null) return null;
  const box = boxIn(form.dict, 'BBox');
  if (box === null) return null;
  const seen = boxAround(matrixIn(form.dict), box);
  const [width, height] = [seen.right - seen.left, seen.top - seen.bottom];
  if (width === 0 || height === 0) return null;
  const across = (place.right - place.left) / width;
  const up = (place.top - place.bottom) / height;
  return { form, matrix: [across, 0, 0, up, place.left - seen.left * across, place.bottom - seen.bottom * up] };
}

/** Of a field with several states, such as a tick, the one that it is in. */
function normalForm(annotation: PDFDict): PDFStream | null {
  const appearances = annotation.lookup(PDFName.of('AP'));
  const normal = appearances instanceof PDFDict ? appearances.lookup(PDFName.of('N')) : undefined;
  if (normal instanceof PDFStream) return normal;
  const state = annotation.lookup(PDFName.of('AS'));
  const chosen = normal instanceof PDFDict && state instanceof PDFName ? normal.lookup(state) : undefined;
  return chosen instanceof PDFStream ? chosen : null;
}

function boxIn(dict: PDFDict, name: string): Box | null {
  const [x1, y1, x2, y2] = numbersIn(dict, name);
  if (x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined) return null;
  return { left: Math.min(x1, x2), right: Math.max(x1, x2), bottom: Math.min(y1, y2), top: Math.max(y1, y2) };
}

function matrixIn(dict: PDFDict): Matrix {
  const numbers = numbersIn(dict, 'Matrix');
  return numbers.length === 6 ? (numbers as unknown as Matrix) : identity;
}

function numbersIn(dict: PDFDict, name: string): number[] {
  const list = dict.lookup(PDFName.of(name));
  if (!(list instanceof PDFArray)) return [];
  return list.asArray().flatMap((_, index) => {
    const value = list.lookup(index);
    return value instanceof PDFNumber ? [value.asNumber()] : [];
  });
}
