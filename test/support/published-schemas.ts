/**
 * The published schemas of CAP and IBAG, which are not ours to give away: a folder `xsd` with `CAP-v1.2.xsd`,
 * `ibag10.xsd` and `xmldsig.xsd`, in the folder that TEST_SCHEMAS names or in one beside the project.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ParseOption, XmlDocument, XsdValidator } from 'libxml2-wasm';

const files = ['CAP-v1.2.xsd', 'ibag10.xsd', 'xmldsig.xsd'] as const;

/** The folder with all of them; null where there is none. */
export function findPublishedSchemas(): string | null {
  const beside = dirname(resolve(import.meta.dirname, '..', '..'));
  const configured = process.env['TEST_SCHEMAS'];
  const folders = [
    ...(configured === undefined ? [] : [configured]),
    ...readdirSync(beside, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(beside, name, 'xsd')),
  ];
  return folders.find((folder) => files.every((file) => existsSync(join(folder, file)))) ?? null;
}

/** A validator for one of them. */
export function publishedValidator(folder: string, file: (typeof files)[number]): XsdValidator {
  // That of signatures declares entities for its own use.
  const option = ParseOption.XML_PARSE_NOENT | ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_NONET;
  using schema = XmlDocument.fromBuffer(readFileSync(join(folder, file)), { option });
  return XsdValidator.fromDoc(schema);
}
