import type { XmlElement, XmlTreeNode } from 'libxml2-wasm';
import { capNamespace } from './cap.ts';

/** What a CAP document says, as it says it (broadcasts sheet §11); null for what it leaves out. */
export interface CapFields {
  readonly msgType: string | null;
  readonly reference: string | null;
  readonly references: string | null;
  /** The following are those of the first `info`. */
  readonly capEvent: string | null;
  /** The first one. */
  readonly category: string | null;
  readonly expires: string | null;
  readonly content: string | null;
  readonly areas: readonly CapArea[];
}

export interface CapArea {
  readonly name: string;
  /** The text of each polygon; circles and geocodes are ignored. */
  readonly polygons: readonly string[];
}

/** Takes the fields out of a document that is valid. */
export function readCapFields(alert: XmlElement): CapFields {
  const info = firstChild(alert, 'info');
  return {
    msgType: textOf(alert, 'msgType'),
    reference: textOf(alert, 'identifier'),
    references: textOf(alert, 'references'),
    capEvent: textOf(info, 'event'),
    category: textOf(info, 'category'),
    expires: textOf(info, 'expires'),
    content: textOf(info, 'description'),
    areas: [...childrenOf(info, 'area')].map((area) => ({
      name: textOf(area, 'areaDesc') ?? '',
      polygons: [...childrenOf(area, 'polygon')].map(({ content }) => content),
    })),
  };
}

function textOf(parent: XmlElement | null, name: string): string | null {
  return firstChild(parent, name)?.content ?? null;
}

function firstChild(parent: XmlElement | null, name: string): XmlElement | null {
  const { value } = childrenOf(parent, name).next();
  return value ?? null;
}

function* childrenOf(parent: XmlElement | null, name: string): Generator<XmlElement, undefined> {
  for (let child = parent?.firstChild ?? null; child !== null; child = child.next) {
    if (isElement(child) && child.name === name && child.namespaceUri === capNamespace) yield child;
  }
}

function isElement(node: XmlTreeNode): node is XmlElement {
  return 'firstChild' in node;
}
