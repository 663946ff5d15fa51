import {
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFName,
  PDFNumber,
  PDFStream,
  StandardFonts,
  type PDFFont,
} from '@cantoo/pdf-lib';

/** One character of a text as a font takes it. */
export interface Character {
  readonly bytes: Uint8Array;
  /** In em. */
  readonly width: number;
  /** Whether word spacing applies to it: to the single byte 32 only. */
  readonly isSpace: boolean;
}

/** Takes the texts of a font apart. */
export type CharacterReader = (text: Uint8Array) => Character[];

const key = (text: string): PDFName => PDFName.of(text);

/**
 * How a font of a PDF divides texts, and how wide its characters are (ISO 32000-1 §9.2.4, §9.7.4.3).
 *
 * @throws Error for a font that writes from top to bottom
 */
export async function characterReaderOf(font: PDFDict): Promise<CharacterReader> {
  const subtype = font.lookupMaybe(key('Subtype'), PDFName)?.decodeText();
  if (subtype === 'Type0') return compositeReader(font);
  const scale = subtype === 'Type3' ? type3Scale(font) : 0.001;
  const widths = font.lookup(key('Widths'));
  const first = numberAt(font, 'FirstChar') ?? 0;
  const missing = numberAt(font.lookupMaybe(key('FontDescriptor'), PDFDict), 'MissingWidth') ?? 0;
  const standard = widths instanceof PDFArray ? null : await standardWidths(font);
  const widthOf = (byte: number): number => {
    if (standard !== null) return standard(byte);
    const width =
      (widths as PDFArray).size() > byte - first && byte >= first ? (widths as PDFArray).lookup(byte - first) : null;
    return (width instanceof PDFNumber ? width.asNumber() : missing) * scale;
  };
  return (text) =>
    Array.from(text, (byte, index) => ({
      bytes: text.subarray(index, index + 1),
      width: widthOf(byte),
      isSpace: byte === 32,
    }));
}

function compositeReader(font: PDFDict): CharacterReader {
  const encoding = font.lookup(key('Encoding'));
  const name = encoding instanceof PDFName ? encoding.decodeText() : null;
  if (name?.endsWith('-V')) throw new Error('a font writes from top to bottom');
  const descendants = font.lookup(key('DescendantFonts'));
  const descendant = descendants instanceof PDFArray ? descendants.lookupMaybe(0, PDFDict) : undefined;
  const usual = numberAt(descendant, 'DW') ?? 1000;
  const widths = descendant === undefined ? new Map<number, number>() : widthsOfIds(descendant);
  return (text) => {
    const characters: Character[] = [];
    for (let at = 0; at < text.length; at += 2) {
      const id = (text[at]! << 8) | (text[at + 1] ?? 0);
      characters.push({ bytes: text.subarray(at, at + 2), width: (widths.get(id) ?? usual) / 1000, isSpace: false });
    }
    return characters;
  };
}

/** `W`: runs `first [w w w]` and `first last w`. */
function widthsOfIds(descendant: PDFDict): Map<number, number> {
  const widths = new Map<number, number>();
  const list = descendant.lookup(key('W'));
  if (!(list instanceof PDFArray)) return widths;
  for (let at = 0; at + 1 < list.size();) {
    const first = list.lookup(at);
    const second = list.lookup(at + 1);
    if (!(first instanceof PDFNumber)) break;
    if (second instanceof PDFArray) {
      for (let index = 0; index < second.size(); index += 1) {
        const width = second.lookup(index);
        if (width instanceof PDFNumber) widths.set(first.asNumber() + index, width.asNumber());
      }
      at += 2;
      continue;
    }
    const width = at + 2 < list.size() ? list.lookup(at + 2) : undefined;
    if (!(second instanceof PDFNumber) || !(width instanceof PDFNumber)) break;
    const last = Math.min(second.asNumber(), largestId);
    for (let id = first.asNumber(); id <= last; id += 1) widths.set(id, width.asNumber());
    at += 3;
  }
  return widths;
}

const largestId = 0xffff;

function type3Scale(font: PDFDict): number {
  const matrix = font.lookup(key('FontMatrix'));
  const scale = matrix instanceof PDFArray ? matrix.lookup(0) : undefined;
  return scale instanceof PDFNumber ? scale.asNumber() : 0.001;
}

function numberAt(dict: PDFDict | undefined, name: string): number | null {
  const value = dict?.lookup(key(name));
  return value instanceof PDFNumber ? value.asNumber() : null;
}

/** The widths of the fonts that every reader has: PDFs need not say them. */
async function standardWidths(font: PDFDict): Promise<(byte: number) => number> {
  const base = font.lookupMaybe(key('BaseFont'), PDFName)?.decodeText() ?? '';
  const drawn = await standardFont(base);
  return (byte) => {
    try {
      return drawn.widthOfTextAtSize(windows1252.decode(Uint8Array.of(byte)), 1);
    } catch {
      return usualWidth;
    }
  };
}

const usualWidth = 0.556;
const windows1252 = new TextDecoder('windows-1252');
let scratch: Promise<PDFDocument> | null = null;
const standardFonts = new Map<StandardFonts, Promise<PDFFont>>();

function standardFont(base: string): Promise<PDFFont> {
  const isBold = /bold/i.test(base);
  const name = /courier|mono/i.test(base)
    ? StandardFonts.Courier
    : /times|serif|roman|georgia/i.test(base) && !/sans/i.test(base)
      ? isBold
        ? StandardFonts.TimesRomanBold
        : StandardFonts.TimesRoman
      : isBold
        ? StandardFonts.HelveticaBold
        : StandardFonts.Helvetica;
  const known = standardFonts.get(name);
  if (known !== undefined) return known;
  scratch ??= PDFDocument.create({ updateMetadata: false });
  const opened = scratch.then((document) => document.embedFont(name));
  standardFonts.set(name, opened);
  return opened;
}

/** Whether an object is a stream, whose dictionary is what counts. */
export function dictOf(object: unknown): PDFDict | null {
  if (object instanceof PDFStream) return object.dict;
  return object instanceof PDFDict ? object : null;
}
