import { createRequire } from 'node:module';
import type * as xmlbuilder2 from 'xmlbuilder2';
import { requireXmlText } from './xml-characters.ts';

type Library = typeof xmlbuilder2;
type Builder = ReturnType<ReturnType<Library['create']>['ele']>;

const require = createRequire(import.meta.url);
/** Loaded for the first document: it takes a tenth of a second, and every process could write one, but few do. */
let library: Library | null = null;

/** An element of a document: its name, and its text or what is in it. */
export type XmlElement = readonly [name: string, content: string | readonly XmlElement[]];

/**
 * Writes a document as the mobile networks get it: no declaration, no white space of our own, every element in the
 * root's namespace (broadcasts sheet §5). An empty element has a start and an end tag.
 *
 * @throws AppError VALIDATION_FAILED when a text holds a character that XML does not allow
 */
export function writeXml(namespace: string, [rootName, content]: XmlElement): string {
  library ??= require('xmlbuilder2') as Library;
  const root = library.create().ele(namespace, rootName);
  appendContent(root, rootName, content);
  // The library leaves carriage returns as they are, and a parser would read them as line feeds. Its own check of every
  // character (`wellFormed`) takes as long as all the rest, and would find nothing that was not found above.
  return root.doc().end({ headless: true }).replaceAll('\r', '&#13;');
}

function appendContent(parent: Builder, name: string, content: XmlElement[1]): void {
  if (typeof content === 'string') {
    requireXmlText(content, name);
    // The library reads entities in what it is given as text.
    parent.txt(content.replaceAll('&', '&amp;'));
    return;
  }
  for (const [childName, childContent] of content) appendContent(parent.ele(childName), childName, childContent);
}
