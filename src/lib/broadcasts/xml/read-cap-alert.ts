import { AppError, messageOf } from '../../core/errors.ts';
import { requireBroadcastLength } from '../broadcast-content.ts';
import { roundRing, type Ring } from '../polygon.ts';
import { describeCapProblems, type ReadCapArea } from './cap-problems.ts';
import { readCapFields, type CapFields } from './cap-fields.ts';
import { readCapRing } from './cap-polygon.ts';
import { UnreadableXml, withXmlDocument, type OpenXmlDocument } from './xml-document.ts';

/** Incoming CAP: what `POST /v2/broadcast` takes (broadcasts sheet §11). */

export type CapRequest = CapAlert | CapCancellation;

export interface CapAlert {
  readonly msgType: 'Alert';
  /** CAP's `identifier`. */
  readonly reference: string;
  readonly capEvent: string;
  readonly category: string;
  /** As it was sent; nothing expires by it. */
  readonly expires: string | null;
  /** As it was sent. */
  readonly content: string;
  /** One for each area. */
  readonly areaNames: readonly string[];
  /** Those of all areas, rounded to six places. */
  readonly polygons: readonly Ring[];
}

export interface CapCancellation {
  readonly msgType: 'Cancel';
  /** Every piece of `references`: the identifiers of what it cancels are among them. */
  readonly references: readonly string[];
}

/** The one content type that is taken; not even a charset may follow. */
export const capContentType = 'application/cap+xml';

const maxPolygons = 1000;
const maxPoints = 50_000;

/** @throws AppError CONTENT_TYPE_UNSUPPORTED */
export function requireCapContentType(contentType: string | undefined): void {
  if (contentType === capContentType) return;
  throw new AppError('CONTENT_TYPE_UNSUPPORTED', `Content type ${contentType ?? 'None'} not supported`);
}

/**
 * Reads what a service sent, in bounded time and memory whatever it is.
 *
 * @throws AppError REQUEST_INVALID when it is not CAP, a cancellation without `references`, or has too many polygons;
 *   VALIDATION_FAILED when a broadcast cannot be made of it, `details.messages` listing why
 */
export async function readCapAlert(bytes: Uint8Array): Promise<CapRequest> {
  const fields = await readValidFields(bytes);
  if (fields.msgType === 'Cancel') return { msgType: 'Cancel', references: readReferences(fields) };
  const areas = fields.areas.map(({ name, polygons }) => ({ name, rings: polygons.map(readCapRing) }));
  const messages = describeCapProblems(fields, areas);
  if (messages.length > 0) throw new AppError('VALIDATION_FAILED', messages.join('; '), { details: { messages } });
  return toAlert(fields, areas);
}

async function readValidFields(bytes: Uint8Array): Promise<CapFields> {
  try {
    return await withXmlDocument(bytes, readFieldsOf);
  } catch (error) {
    if (!(error instanceof UnreadableXml)) throw error;
    throw new AppError('REQUEST_INVALID', `Request data is not valid CAP XML: ${messageOf(error)}`, { cause: error });
  }
}

function readFieldsOf(document: OpenXmlDocument): CapFields {
  const [first] = document.problems('cap');
  if (first !== undefined) throw new UnreadableXml(first, `${first.message}, line ${first.line}`);
  return readCapFields(document.root);
}

function readReferences({ references }: CapFields): string[] {
  const pieces = (references ?? '')
    .split(',')
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '');
  if (pieces.length === 0) throw new AppError('REQUEST_INVALID', 'Missing <references>');
  return pieces;
}

function toAlert(fields: CapFields, areas: readonly ReadCapArea[]): CapAlert {
  const polygons = areas.flatMap(({ rings }) => rings.map(({ ring }) => roundRing(ring)));
  refuseTooMany('polygons', polygons.length, maxPolygons);
  refuseTooMany(
    'coordinates',
    polygons.reduce((sum, { length }) => sum + length, 0),
    maxPoints,
  );
  // The problems that were looked for include null.
  const content = fields.content!;
  requireBroadcastLength(content, 'description');
  return {
    msgType: 'Alert',
    reference: fields.reference!,
    capEvent: fields.capEvent!,
    category: fields.category!,
    expires: fields.expires,
    content,
    areaNames: areas.map(({ name }) => name),
    polygons,
  };
}

function refuseTooMany(what: string, count: number, max: number): void {
  if (count > max) throw new AppError('REQUEST_INVALID', `Too many ${what} (${count}); the maximum is ${max}`);
}
