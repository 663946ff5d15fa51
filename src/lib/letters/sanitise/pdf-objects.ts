/** Small steps in PDFs' objects. */
import {
  decodePDFRawStream,
  PDFArray,
  PDFDict,
  PDFName,
  PDFNumber,
  PDFRawStream,
  PDFRef,
  PDFStream,
  type PDFContext,
  type PDFPageLeaf,
} from '@cantoo/pdf-lib';

/** The bytes of a stream. @throws Error for filters that content does not have */
export function decoded(stream: PDFRawStream): Uint8Array {
  const parameters = stream.dict.lookup(PDFName.of('DecodeParms'));
  const all =
    parameters instanceof PDFArray ? parameters.asArray().map((_, index) => parameters.lookup(index)) : [parameters];
  for (const each of all) {
    const predictor = each instanceof PDFDict ? each.lookup(PDFName.of('Predictor')) : undefined;
    if (predictor instanceof PDFNumber && predictor.asNumber() > 1) throw new Error('content has a predictor');
  }
  return decodePDFRawStream(stream).decode();
}

/** Adds an object to a dictionary of resources under a name that it does not have yet. */
export function addNamed(dict: PDFDict, ref: PDFRef): string {
  let number = 1;
  while (dict.has(PDFName.of(`Notify${number}`))) number += 1;
  const name = `Notify${number}`;
  dict.set(PDFName.of(name), ref);
  return name;
}

export function contentsOf(leaf: PDFPageLeaf): (PDFRef | PDFStream)[] {
  const contents = leaf.get(PDFName.of('Contents'));
  const found = leaf.context.lookup(contents);
  const list = found instanceof PDFArray ? found.asArray() : [contents];
  return list.filter((each) => each instanceof PDFRef || each instanceof PDFStream);
}

/** The whole content of a page of a clean document. */
export function contentOf(leaf: PDFPageLeaf): Uint8Array {
  const streams = contentsOf(leaf).map((each) => leaf.context.lookup(each));
  const parts = streams.flatMap((stream) => {
    if (stream instanceof PDFRawStream) return [decoded(stream)];
    // Those that were just made.
    return stream instanceof PDFStream
      ? [(stream as PDFStream & { getUnencodedContents?(): Uint8Array }).getUnencodedContents?.() ?? []]
      : [];
  });
  return Buffer.concat(parts.flatMap((part) => [Uint8Array.from(part), Buffer.from('\n')]));
}

/** The resources of a page as a dictionary of its own. */
export function resourcesOf(context: PDFContext, leaf: PDFPageLeaf): PDFDict {
  const found = leaf.lookup(PDFName.of('Resources'));
  const resources = found instanceof PDFDict ? found.clone(context) : context.obj({});
  leaf.set(PDFName.of('Resources'), resources);
  return resources;
}

/** A dictionary within another, for this one alone. */
export function dictIn(context: PDFContext, parent: PDFDict, name: string): PDFDict {
  const found = parent.lookup(PDFName.of(name));
  const dict = found instanceof PDFDict ? found.clone(context) : context.obj({});
  parent.set(PDFName.of(name), dict);
  return dict;
}
