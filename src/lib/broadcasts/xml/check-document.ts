import type { MessageFormat } from '../broadcast-payload.ts';
import { describeSelfIntersection } from '../areas/self-intersection.ts';
import { readCapFields, type CapFields } from './cap-fields.ts';
import { readCapRing } from './cap-polygon.ts';
import { UnreadableXml, withXmlDocument, type OpenXmlDocument, type XmlProblem } from './xml-document.ts';

/** What a document is, and what is wrong with it. */
export interface DocumentCheck {
  /** Null for a document that is neither, or cannot be read. */
  readonly format: MessageFormat | null;
  /** Empty for a valid document. */
  readonly problems: readonly XmlProblem[];
  /** What the API would take out of a valid CAP document; null for everything else. */
  readonly fields: CapFields | null;
  /** What no schema sees. */
  readonly warnings: readonly string[];
}

/** Holds a document against the schema of its format, CAP or IBAG by the namespace of its root (broadcasts sheet §12). */
export async function checkDocument(bytes: Uint8Array): Promise<DocumentCheck> {
  try {
    return await withXmlDocument(bytes, checkOpen);
  } catch (error) {
    if (!(error instanceof UnreadableXml)) throw error;
    return { format: null, problems: [error.problem], fields: null, warnings: [] };
  }
}

function checkOpen(document: OpenXmlDocument): DocumentCheck {
  const { format } = document;
  // A document of neither has no root that CAP's schema would know, which is what it then says.
  const problems = document.problems(format ?? 'cap');
  const fields = format === 'cap' && problems.length === 0 ? readCapFields(document.root) : null;
  return { format, problems, fields, warnings: fields === null ? [] : warningsOf(fields) };
}

function warningsOf({ areas }: CapFields): string[] {
  return areas.flatMap(({ name, polygons }) =>
    polygons.flatMap((text) => {
      const { ring, problem } = readCapRing(text);
      const crossing = problem === null ? describeSelfIntersection(ring) : null;
      const sentence = problem ?? (crossing === null ? null : `areas polygon ${crossing}`);
      return sentence === null ? [] : [`${name}: ${sentence}`];
    }),
  );
}
