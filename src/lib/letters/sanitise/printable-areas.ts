import { mm } from '../pdf/letter-sheet.ts';

/** A rectangle of a page in points; `top` and `bottom` are distances from the page's top edge. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** In millimetres from the page's top left corner. */
function area(left: number, top: number, right: number, bottom: number): Area {
  return { left: mm(left), top: mm(top), right: mm(right), bottom: mm(bottom) };
}

export function grown({ left, top, right, bottom }: Area, by: number): Area {
  return { left: left - by, top: top - by, right: right + by, bottom: bottom + by };
}

/** What shows through the envelope. */
export const envelopeWindow = area(24.6, 39.5, 120, 66.3);

/** Where the address is looked for, and what is taken away before it is printed anew (letters sheet §8). */
export const addressArea = grown(envelopeWindow, mm(3));

/** Where printers look for the word NOTIFY. */
export const tagArea = area(0, 0, 15.191, 6.149);

const tolerance = mm(1);
const followingPage = [area(15, 5, 195, 292)];
const firstPage = [area(15, 95, 195, 292), area(125, 5, 195, 95), area(15, 5, 125, 30), envelopeWindow];

/** Where a page may have content, with the tolerance (letters sheet §8). */
export function printableAreas({ isAddressPage }: { isAddressPage: boolean }): readonly Area[] {
  return (isAddressPage ? firstPage : followingPage).map((each) => grown(each, tolerance));
}
