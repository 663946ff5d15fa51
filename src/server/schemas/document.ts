import { Type } from 'typebox';
import { documentTypes } from '../../lib/documents/document-type.ts';

/** Requests and answers of `/services/{id}/documents/{file}` (public API sheet §4.5). */

export const documentParams = Type.Object({
  id: Type.String({ format: 'notify-uuid', description: 'The service.' }),
  file: Type.String({ description: 'The id of the document, with its extension or without.' }),
});

export const documentQuery = Type.Object({
  key: Type.String({ description: 'The key of the link: 32 bytes in URL-safe base64 without padding.' }),
});

export const documentError = (description: string): object =>
  Type.Object({ error: Type.String() }, { description, title: 'DocumentError' });

const availableDocument = Type.Object({
  direct_file_url: Type.String({ format: 'uri' }),
  verify_email: Type.Boolean({ description: "Whether the recipient's address has to be confirmed first." }),
  size_in_bytes: Type.Integer(),
  file_extension: Type.String(),
  filename: Type.Union([Type.String(), Type.Null()]),
  available_until: Type.String({ format: 'date-time' }),
});

export const documentMetadata = Type.Object(
  { document: Type.Union([availableDocument, Type.Null()]) },
  { description: 'Null when the file is not available any more.' },
);

export const authenticateRequest = Type.Object(
  { key: Type.String(), email_address: Type.String() },
  { additionalProperties: false, title: 'POST services/documents/authenticate' },
);

export const authenticateAnswer = Type.Object(
  {
    signed_data: Type.String({ description: 'For the cookie `document_access_signed_data`, valid for an hour.' }),
    direct_file_url: Type.String({ format: 'uri' }),
  },
  { description: 'The address is the one that the file was sent to.' },
);

/** A file of any of the supported types. */
export const documentFile = {
  description: 'The file.',
  content: Object.fromEntries(
    [...new Set<string>(Object.values(documentTypes))].map((type) => [
      type,
      { schema: { type: 'string', format: 'binary' } },
    ]),
  ),
};
