import { createHash } from 'node:crypto';
import {
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFHexString,
  PDFName,
  PDFNumber,
  PDFObjectCopier,
  PDFPage,
  PDFPageLeaf,
  PDFRef,
  PDFStream,
  PDFString,
  type PDFContext,
  type PDFObject,
} from '@cantoo/pdf-lib';
import { page as a4, mm } from '../pdf/letter-sheet.ts';
import { mostPages } from '../sheets.ts';
import { appearancesOf, type Appearance } from './annotation-appearances.ts';
import type { Matrix } from './matrix.ts';
import { addNamed, contentsOf, dictIn, resourcesOf } from './pdf-objects.ts';
import { LetterRefused } from './sanitised-letter.ts';

/** What pages are made of; whatever else belongs to them is left behind. */
const keptOfPages = ['Type', 'Resources', 'Contents', 'MediaBox', 'Group'];
/** Of what pages include: notes of other programs, other versions of the same, and files elsewhere. */
const droppedNotes = [
  'AA',
  'PieceInfo',
  'Metadata',
  'OPI',
  'Ref',
  'Alternates',
  'LastModified',
  'StructParent',
  'StructParents',
  'AF',
];
const droppedOfStreams = [...droppedNotes, 'F', 'FFilter', 'FDecodeParms'];
/** Texts that stand in for what is shown: nobody checks them. */
const standIns = ['ActualText', 'Alt'];

/** How far pages may differ from A4 (letters sheet §8). */
const tolerance = mm(2);

/** A PDF with nothing but pages. */
export interface CleanDocument {
  readonly document: PDFDocument;
  readonly pageCount: number;
  /**
   * The name of the mark at the end of each page: a reader that does not get there left something out. It is made from
   * the file, so that nothing in the file can be taken for it.
   */
  readonly endMark: string;
}

/**
 * Reads a PDF and takes its pages over into a new one, upright and from their lower left corner: what was not on a page,
 * such as scripts, forms, embedded files, links and earlier versions, stays behind. What annotations show becomes part
 * of their pages.
 *
 * @throws LetterRefused `letter-too-long`, `letter-not-a4-portrait-oriented`; Error for what cannot be read
 */
export async function readCleanDocument(pdf: Uint8Array, onPageCount: (count: number) => void): Promise<CleanDocument> {
  const source = await PDFDocument.load(pdf, { updateMetadata: false });
  const pages = source.getPages();
  if (pages.length === 0) throw new Error('the file has no pages');
  onPageCount(pages.length);
  if (pages.length > mostPages) throw new LetterRefused('letter-too-long');
  const sheets = pages.map((page) => sheetOf(page.node));
  const invalidPages = sheets.flatMap((sheet, index) => (isA4Portrait(sheet) ? [] : [index + 1]));
  if (invalidPages.length > 0) throw new LetterRefused('letter-not-a4-portrait-oriented', { invalidPages });

  const document = await PDFDocument.create({ updateMetadata: false });
  const endMark = `End${createHash('sha256').update(pdf).digest('hex')}`;
  const copier = PDFObjectCopier.for(source.context, document.context);
  pages.forEach((page, index) => {
    const appearances = appearancesOf(page.node);
    const leaf = copier.copy(stripped(page.node));
    const copied = PDFPage.of(leaf, document.context.register(leaf), document);
    document.addPage(copied);
    makeUpright(document.context, leaf, {
      sheet: sheets[index]!,
      appearances: appearances.map((each) => ({ ...each, form: copier.copy(each.form) })),
      endMark,
    });
  });
  keepLayers(source, document, copier);
  dropNotes(document.context);
  return { document, pageCount: pages.length, endMark };
}

/**
 * The file of a clean document. Only what its pages refer to is in it: a document that is saved has everything that it
 * ever had, such as content that was replaced.
 */
export async function saveClean(document: PDFDocument): Promise<Uint8Array> {
  await document.flush();
  const fresh = await PDFDocument.create({ updateMetadata: false });
  const copier = PDFObjectCopier.for(document.context, fresh.context);
  for (const { node } of document.getPages()) {
    const leaf = copier.copy(node);
    fresh.addPage(PDFPage.of(leaf, fresh.context.register(leaf), fresh));
  }
  keepLayers(document, fresh, copier);
  return fresh.save();
}

interface Sheet {
  readonly left: number;
  readonly bottom: number;
  readonly width: number;
  readonly height: number;
  /** Clockwise, from 0 to 359. */
  readonly rotation: number;
}

function sheetOf(node: PDFPageLeaf): Sheet {
  const box = node.getInheritableAttribute(PDFName.of('MediaBox'));
  const corners = node.context.lookup(box);
  if (!(corners instanceof PDFArray) || corners.size() !== 4) throw new Error('a page has no size');
  const [x1, y1, x2, y2] = [0, 1, 2, 3].map((index) => corners.lookup(index, PDFNumber).asNumber()) as [
    number,
    number,
    number,
    number,
  ];
  const turned = node.context.lookup(node.getInheritableAttribute(PDFName.of('Rotate')));
  const rotation = turned instanceof PDFNumber ? ((turned.asNumber() % 360) + 360) % 360 : 0;
  return {
    left: Math.min(x1, x2),
    bottom: Math.min(y1, y2),
    width: Math.abs(x2 - x1),
    height: Math.abs(y2 - y1),
    rotation,
  };
}

function isA4Portrait({ width, height, rotation }: Sheet): boolean {
  const isAbout = (length: number, expected: number): boolean => Math.abs(length - expected) <= tolerance;
  if (rotation === 0 || rotation === 180) return isAbout(width, a4.width) && isAbout(height, a4.height);
  return (rotation === 90 || rotation === 270) && isAbout(width, a4.height) && isAbout(height, a4.width);
}

/** The page with what is printed of it only, and what it inherits. */
function stripped(node: PDFPageLeaf): PDFPageLeaf {
  const page = node.clone();
  for (const inherited of PDFPageLeaf.InheritableEntries) {
    const name = PDFName.of(inherited);
    const value = page.getInheritableAttribute(name);
    if (page.get(name) === undefined && value !== undefined) page.set(name, value);
  }
  for (const name of page.keys()) if (!keptOfPages.includes(name.decodeText())) page.delete(name);
  return page;
}

/** Puts what a page shows where it is seen, with its lower left corner at 0/0. */
function makeUpright(
  context: PDFContext,
  leaf: PDFPageLeaf,
  { sheet, appearances, endMark }: { sheet: Sheet; appearances: readonly Appearance[]; endMark: string },
): void {
  const isTurned = sheet.rotation === 90 || sheet.rotation === 270;
  const [width, height] = isTurned ? [sheet.height, sheet.width] : [sheet.width, sheet.height];
  leaf.set(PDFName.of('MediaBox'), context.obj([0, 0, width, height]));
  const resources = resourcesOf(context, leaf);
  const shown = appearances.map(({ form, matrix }) => {
    const objects = dictIn(context, resources, 'XObject');
    const name = addNamed(objects, context.register(form));
    return `q ${matrix.join(' ')} cm /${name} Do Q`;
  });
  const before = context.flateStream(`q ${uprightMatrix(sheet).join(' ')} cm q\n`);
  const after = context.flateStream(`\nQ ${shown.join('\n')} Q\n/${endMark} BMC EMC\n`);
  const contents = [before, ...contentsOf(leaf), after];
  leaf.set(
    PDFName.of('Contents'),
    context.obj(contents.map((each) => (each instanceof PDFRef ? each : context.register(each)))),
  );
}

function uprightMatrix({ left, bottom, width, height, rotation }: Sheet): Matrix {
  if (rotation === 90) return [0, -1, 1, 0, -bottom, width + left];
  if (rotation === 180) return [-1, 0, 0, -1, width + left, height + bottom];
  if (rotation === 270) return [0, 1, -1, 0, height + bottom, -left];
  return [1, 0, 0, 1, -left, -bottom];
}

/** Which layers are to be seen. */
function keepLayers(source: PDFDocument, document: PDFDocument, copier: PDFObjectCopier): void {
  const layers = source.catalog.lookup(PDFName.of('OCProperties'));
  if (layers instanceof PDFDict) document.catalog.set(PDFName.of('OCProperties'), copier.copy(layers));
}

function dropNotes(context: PDFContext): void {
  for (const [, object] of context.enumerateIndirectObjects()) {
    dropStandIns(object);
    if (object instanceof PDFStream) drop(object.dict, droppedOfStreams);
    // Dictionaries without a type may list fonts or pictures under names of any kind.
    else if (object instanceof PDFDict && object.has(PDFName.of('Type'))) drop(object, droppedNotes);
  }
}

function drop(dict: PDFDict, names: readonly string[]): void {
  for (const name of names) dict.delete(PDFName.of(name));
}

function dropStandIns(object: PDFObject | undefined): void {
  if (object instanceof PDFArray) object.asArray().forEach(dropStandIns);
  const dict = object instanceof PDFStream ? object.dict : object;
  if (!(dict instanceof PDFDict)) return;
  for (const name of standIns) {
    const text = dict.lookup(PDFName.of(name));
    if (text instanceof PDFString || text instanceof PDFHexString) dict.delete(PDFName.of(name));
  }
  for (const value of dict.values()) dropStandIns(value);
}
