/** Documents made and read back in tests. */
import { XmlDocument, type XmlElement } from 'libxml2-wasm';
import { readBroadcastPayload } from '../../../src/lib/broadcasts/read-broadcast-payload.ts';
import { generateXml, type XmlOptions } from '../../../src/lib/broadcasts/xml/generate-xml.ts';

export const noon = { now: () => new Date('2026-03-04T12:34:56.789Z') };

/** The document for a payload, as the command makes it. */
export function toXml(payload: unknown, options: Partial<XmlOptions> = {}): string {
  return generateXml(readBroadcastPayload(payload), { clock: noon, ...options });
}

/** Every leaf of a document in its order: the path of names below the root, and its text. */
export function leavesOf(xml: string): [path: string, text: string][] {
  using document = XmlDocument.fromString(xml);
  const leaves: [string, string][] = [];
  collect(document.root, '', leaves);
  return leaves;
}

function collect(element: XmlElement, path: string, leaves: [string, string][]): void {
  let isLeaf = true;
  for (let child = element.firstChild; child !== null; child = child.next) {
    if (!('firstChild' in child)) continue;
    isLeaf = false;
    const { name } = child as XmlElement;
    collect(child as XmlElement, path === '' ? name : `${path}/${name}`, leaves);
  }
  if (isLeaf) leaves.push([path, element.content]);
}

/** The texts at a path. */
export function textsAt(xml: string, path: string): string[] {
  return leavesOf(xml).flatMap(([at, text]) => (at === path ? [text] : []));
}
