import type * as libxml2 from 'libxml2-wasm';
import type { XmlDocument, XmlElement, XsdValidator } from 'libxml2-wasm';
import { capSchema } from './cap-schema.ts';
import { capNamespace } from './cap.ts';
import { ibagSchema } from './ibag-schema.ts';
import { ibagNamespace } from './ibag.ts';
import type { MessageFormat } from '../broadcast-payload.ts';

/** Reading documents of others: nothing in them is expanded, fetched or trusted to be small (broadcasts sheet §9, §11). */

/** What is wrong with a document, and where. */
export interface XmlProblem {
  /** In the words of libxml2. */
  readonly message: string;
  readonly line: number;
}

/** A document that cannot be read as XML, or is not read. */
export class UnreadableXml extends Error {
  readonly problem: XmlProblem;

  /** @param message says also where, as the API does */
  constructor(problem: XmlProblem, message = problem.message) {
    super(message);
    this.name = 'UnreadableXml';
    this.problem = problem;
  }
}

/** Bytes of a document; the largest areas that are accepted take less than half of it. */
export const xmlByteLimit = 5_000_000;
/** Elements, comments and instructions. Far more would keep the validator busy for seconds. */
const markupLimit = 10_000;
/** CAP and IBAG have no attributes. Whatever else has an equals sign, such as a signature, has few. */
const equalsSignLimit = 10_000;

/** A document that was read. It lives in the parser's memory, which is given back after `withXmlDocument`. */
export interface OpenXmlDocument {
  readonly root: XmlElement;
  /** By the namespace of the root; null for a document of neither. */
  readonly format: MessageFormat | null;
  /** Holds it against the schema of a format; empty when it is valid. */
  problems(format: MessageFormat): readonly XmlProblem[];
}

/**
 * Reads a document and hands it to `use`, whose result must not hold any part of it.
 *
 * @throws UnreadableXml when it is too large, has a document type or is not well-formed
 */
export async function withXmlDocument<Result>(
  bytes: Uint8Array,
  use: (document: OpenXmlDocument) => Result,
): Promise<Result> {
  refuseTooLarge(bytes);
  const library = await import('libxml2-wasm');
  using document = parse(library, bytes);
  // A document type brings entities, which can be bombs or lead to files; no CAP document needs one.
  if (document.dtd !== null) throw refused('A document type declaration is not allowed');
  const { root } = document;
  return use({
    root,
    format: root.namespaceUri === capNamespace ? 'cap' : root.namespaceUri === ibagNamespace ? 'ibag' : null,
    problems: (format) => validate(library, validatorOf(library, format), document),
  });
}

type Library = typeof libxml2;

function refuseTooLarge(bytes: Uint8Array): void {
  if (bytes.length > xmlByteLimit) throw refused(`XML must be ${xmlByteLimit} characters or fewer`);
  if (isMoreThan(markupLimit, bytes, 0x3c, 0x2f)) throw refused(`XML must have ${markupLimit} elements or fewer`);
  if (isMoreThan(equalsSignLimit, bytes, 0x3d, null)) throw refused('XML has too many attributes');
}

function refused(message: string): UnreadableXml {
  return new UnreadableXml({ message, line: 1 });
}

/** True when a byte that is not followed by another one stands more often in `bytes`. */
function isMoreThan(limit: number, bytes: Uint8Array, byte: number, exceptBefore: number | null): boolean {
  let count = 0;
  for (let at = bytes.indexOf(byte); at !== -1; at = bytes.indexOf(byte, at + 1)) {
    if (bytes[at + 1] !== exceptBefore) count += 1;
    if (count > limit) return true;
  }
  return false;
}

function parse({ XmlDocument, XmlParseError, ParseOption }: Library, bytes: Uint8Array): XmlDocument {
  // Entities are not substituted unless asked for. Beyond that: no network, no external entities, no catalogues.
  const option =
    ParseOption.XML_PARSE_NONET |
    ParseOption.XML_PARSE_NO_XXE |
    ParseOption.XML_PARSE_NO_SYS_CATALOG |
    ParseOption.XML_PARSE_BIG_LINES;
  try {
    return XmlDocument.fromBuffer(bytes, { option });
  } catch (error) {
    if (!(error instanceof XmlParseError)) throw error;
    const [{ message = 'it is not XML', line = 1, col = 1 } = {}] = error.details;
    const problem = { message: message.trim(), line };
    throw new UnreadableXml(problem, `${problem.message}, line ${line}, column ${col} (<string>, line ${line})`);
  }
}

function validate({ XmlValidateError }: Library, validator: XsdValidator, document: XmlDocument): XmlProblem[] {
  try {
    validator.validate(document);
    return [];
  } catch (error) {
    if (!(error instanceof XmlValidateError)) throw error;
    return error.details.map(({ message, line }) => ({ message: message.trim(), line }));
  }
}

const schemas: Readonly<Record<MessageFormat, string>> = { cap: capSchema, ibag: ibagSchema };
/** Made once; they live as long as the process. */
const validators = new Map<MessageFormat, XsdValidator>();

function validatorOf({ XmlDocument, XsdValidator }: Library, format: MessageFormat): XsdValidator {
  const known = validators.get(format);
  if (known !== undefined) return known;
  using schema = XmlDocument.fromString(schemas[format]);
  const validator = XsdValidator.fromDoc(schema);
  validators.set(format, validator);
  return validator;
}
