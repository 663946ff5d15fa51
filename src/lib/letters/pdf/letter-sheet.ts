/**
 * The measurements of a letter's pages (letters sheet §7), in points from the top left corner. The sheet gives places
 * in millimetres and type in points.
 */

const pointsPerMm = 72 / 25.4;

export function mm(millimetres: number): number {
  return millimetres * pointsPerMm;
}

/** A style of type. */
export interface TypeStyle {
  readonly size: number;
  /** From one line to the next. */
  readonly leading: number;
  readonly bold: boolean;
  /** Added after every character. */
  readonly letterSpacing: number;
  /** Added to every space. */
  readonly wordSpacing: number;
}

function plain(size: number, leading: number): TypeStyle {
  return { size, leading, bold: false, letterSpacing: 0, wordSpacing: 0 };
}

const bodySize = 12.5;
const bodySpacing = { letterSpacing: 0.01 * bodySize, wordSpacing: -0.04 * bodySize };

export const styles = {
  address: plain(8, 8.5),
  contactBlock: plain(10, 12),
  footer: plain(10, 12),
  tag: plain(6, 6),
  body: { size: bodySize, leading: 16, bold: false, ...bodySpacing },
  subject: { size: 20, leading: 23.4, bold: true, ...bodySpacing },
  heading: { size: 14, leading: 17.4, bold: true, ...bodySpacing },
} as const satisfies Record<string, TypeStyle>;

export const page = { width: mm(210), height: mm(297) };

/** The sender's picture: as large as fits. */
export const logo = { left: mm(15), top: mm(10), width: mm(70), height: mm(18) };

/** Behind the window of the envelope: lines end at its bottom, and what does not fit is cut off. */
export const addressWindow = { left: mm(24.6), bottom: mm(66.2), width: mm(85), height: mm(26.7), mostLines: 8 };

/** The sender's address: lines end at its bottom. */
export const contactBlock = { left: mm(200 - 71.2), bottom: mm(82.2), width: mm(71.2), mostLines: 11 };

export const body = { left: mm(15), width: mm(137.5), firstTop: mm(104), nextTop: mm(15), bottom: mm(282) };

/** Within the bottom margin, and no further right than a printer prints. */
export const footer = { right: mm(195), middle: mm(289.5) };

/** The word that printers look for, in white, in the top left corner of the first page. */
export const notifyTag = { text: 'NOTIFY', left: mm(1.8), top: mm(1.8) };

export const spacing = {
  paragraph: { above: 0, below: 16 },
  subject: { above: 18.16, below: 7.68 },
  heading: { above: 0, below: 16 },
  /** Above a heading that follows the subject. */
  headingAfterSubject: 8.35,
  list: { above: 0, below: 16 },
  /** Above a list in a list. */
  innerList: 16,
  qrCode: { above: 20, below: 24 },
};

/** Where the text of list items begins, seen from the list's left edge. */
export const listIndent = { bullets: 0.8 * bodySize, numbers: 1.4 * bodySize };

/** Between a number and its item where numbers are too wide for the indent. */
export const markerGap = 0.3 * bodySize;

export const qrCodeSide = 84;

/** How many lines of a text stay together at the end of a page, and go on together on the next. */
export const fewestLines = { ofParagraphAtEnd: 4, ofOtherAtEnd: 2, atStart: 2 };
