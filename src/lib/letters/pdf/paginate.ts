import { baselineOffset } from './letter-fonts.ts';
import { heightOf, type FlowItem, type QrCodeItem, type TextItem } from './letter-flow.ts';
import { body, fewestLines, qrCodeSide } from './letter-sheet.ts';
import type { TypeStyle } from './letter-sheet.ts';
import type { Line } from './text-lines.ts';

/** What is drawn on a page, in points from its top left corner. */
export type Mark =
  | {
      readonly kind: 'line';
      readonly x: number;
      readonly baseline: number;
      readonly line: Line;
      readonly style: TypeStyle;
    }
  | { readonly kind: 'qr-code'; readonly x: number; readonly y: number; readonly data: string };

/** Where the text of a page begins. */
export type TopOfPage = (pageIndex: number) => number;

/** Spreads a flow over pages (letters sheet §7). There is always one page; space above its first thing is left out. */
export function paginate(flow: readonly FlowItem[], topOf: TopOfPage): Mark[][] {
  const pages: Mark[][] = [[]];
  let y = topOf(0);
  let below: number | null = null;
  let breakIsDue = false;
  const turn = (): void => {
    pages.push([]);
    y = topOf(pages.length - 1);
    below = null;
    breakIsDue = false;
  };
  const fits = (height: number): boolean => y + height <= body.bottom + tolerance;

  flow.forEach((item, index) => {
    // A break takes effect with what follows it: at the end of a letter it makes no page.
    if (breakIsDue) turn();
    if (item.kind === 'page-break') {
      breakIsDue = true;
      return;
    }
    const gap = below === null ? 0 : Math.max(below, item.above);
    if (below !== null && !fits(gap + smallestStart(flow, index))) turn();
    else y += gap;
    if (item.kind === 'qr-code') {
      const x = body.left + (body.width - qrCodeSide) / 2;
      pages.at(-1)!.push({ kind: 'qr-code', x, y, data: item.data });
      y += qrCodeSide;
    } else putText(item);
    below = item.below;
  });
  return pages;

  function putText(item: TextItem): void {
    const { leading } = item.style;
    let from = 0;
    while (from < item.lines.length) {
      const left = item.lines.length - from;
      const space = Math.max(1, Math.floor((body.bottom + tolerance - y) / leading));
      const count = left <= space ? left : Math.max(1, Math.min(space, left - fewestLines.atStart));
      for (let line = from; line < from + count; line += 1) {
        putLine(item, line);
        y += leading;
      }
      from += count;
      if (from < item.lines.length) turn();
    }
  }

  function putLine({ style, indent, lines, marker }: TextItem, index: number): void {
    const marks = pages.at(-1)!;
    const baseline = y + baselineOffset(style);
    if (marker !== null && index === 0) {
      const piece = { x: 0, width: 0, text: marker.text, bold: false, unfilled: false };
      marks.push({ kind: 'line', x: body.left + marker.x, baseline, line: [piece], style });
    }
    marks.push({ kind: 'line', x: body.left + indent, baseline, line: lines[index]!, style });
  }
}

/** Points by which sums of heights may be wrong. */
const tolerance = 0.01;

/** The height of what must stand on one page from this item on: its first lines, and with a heading what it is about. */
function smallestStart(flow: readonly FlowItem[], index: number): number {
  let height = 0;
  for (let at = index; height < body.bottom - body.nextTop; at += 1) {
    const item = flow[at] as TextItem | QrCodeItem;
    const next = flow[at + 1];
    if (item.kind === 'qr-code') return height + heightOf(item);
    if (!item.staysWithNext || next === undefined || next.kind === 'page-break') {
      const count = item.lines.length;
      const together = item.fewestAtEnd + fewestLines.atStart > count ? count : item.fewestAtEnd;
      return height + heightOf(item, together);
    }
    height += heightOf(item) + Math.max(item.below, next.above);
  }
  return height;
}
