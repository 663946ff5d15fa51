import { mm } from '../pdf/letter-sheet.ts';

/** A rectangle of a page in points; `top` and `bottom` are distances from the page's top edge. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** In millimetres from the page's top left corner: left, top, right, bottom. */
type Rectangle = readonly [left: number, top: number, right: number, bottom: number];

function area([left, top, right, bottom]: Rectangle): Area {
  return { left: mm(left), top: mm(top), right: mm(right), bottom: mm(bottom) };
}

function areaText([left, top, right, bottom]: Rectangle): string {
  return `x ${left}–${right}, y ${top}–${bottom}`;
}

export function grown({ left, top, right, bottom }: Area, by: number): Area {
  return { left: left - by, top: top - by, right: right + by, bottom: bottom + by };
}

const windowRectangle: Rectangle = [24.6, 39.5, 120, 66.3];

/** What shows through the envelope. */
export const envelopeWindow = area(windowRectangle);
export const envelopeWindowText = areaText(windowRectangle);

/** Where the address is looked for, and what is taken away before it is printed anew (letters sheet §8). */
export const addressArea = grown(envelopeWindow, mm(3));

/** Where printers look for the word NOTIFY. */
export const tagArea = area([0, 0, 15.191, 6.149]);
export const tagAreaText = '15.2 × 6.1 mm';

const tolerance = mm(1);
const followingPage: readonly Rectangle[] = [[15, 5, 195, 292]];
const firstPage: readonly Rectangle[] = [[15, 95, 195, 292], [125, 5, 195, 95], [15, 5, 125, 30], windowRectangle];

/** Where a page may have content, with the tolerance (letters sheet §8). */
export function printableAreas({ isAddressPage }: { isAddressPage: boolean }): readonly Area[] {
  return (isAddressPage ? firstPage : followingPage).map((each) => grown(area(each), tolerance));
}

/** The same for people, without the tolerance; attachments have following pages only. */
export function printableAreasText({ isAttachment }: { isAttachment: boolean }): string {
  const following = followingPage.map(areaText).join('; ');
  return isAttachment ? following : `${following}, and on the first page of ${firstPage.map(areaText).join('; ')}`;
}
