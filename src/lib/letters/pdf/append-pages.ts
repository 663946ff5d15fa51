import { PDFDocument } from '@cantoo/pdf-lib';

/** Puts the pages of a checked PDF after those of a letter. The same two always give the same bytes. */
export async function appendPages(
  letter: Uint8Array,
  attachment: Uint8Array,
): Promise<{ pdf: Uint8Array; pageCount: number }> {
  const document = await PDFDocument.load(letter, { updateMetadata: false });
  const attached = await PDFDocument.load(attachment, { updateMetadata: false });
  for (const page of await document.copyPages(attached, attached.getPageIndices())) document.addPage(page);
  return { pdf: await document.save({ updateFieldAppearances: false }), pageCount: document.getPageCount() };
}
