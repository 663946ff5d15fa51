/** Pages that a letter may have; those of attachments count (letters sheet §7). */
export const mostPages = 10;

const pagesOfSheet = 2;

/** Sheets of paper of a letter, which is printed on both sides: its `billable_units` (letters sheet §1). */
export function sheetsOf(pageCount: number | null): number {
  return pageCount === null ? 0 : Math.ceil(pageCount / pagesOfSheet);
}

/** Sheets that a letter may have. */
export const mostSheets = sheetsOf(mostPages);
