/** Files that somebody was sent, for the tests of their pages and of the files themselves. */
import type { JsonObject } from '../../src/lib/core/json.ts';
import { attachFiles, readFileUploads } from '../../src/lib/documents/attach-files.ts';
import { aService } from '../support/builders.ts';
import type { ApiAnswer, TestApi } from './api.ts';

export interface Sent {
  readonly serviceId: string;
  readonly serviceName: string;
  readonly documentId: string;
  /** Path and query of the link in the email. */
  readonly link: string;
  readonly path: string;
  readonly key: string;
}

export const recipient = 'someone@example.com';
/** For files that need no confirmation. */
export const open = { confirm_email_before_download: false };

/** A text file, unless `members` say otherwise, for a service with a name of its own that HTML has to escape. */
export async function sendFile(
  api: TestApi,
  members: JsonObject = {},
  contactLink = 'https://example.com/contact?a=1&b=2',
): Promise<Sent> {
  const serviceName = `Visas & <Permits> ${api.ids.uuid()}`;
  const service = await aService(api, { name: serviceName, contactLink });
  const uploads = readFileUploads({ file: { file: Buffer.from('hello').toString('base64'), ...members } });
  const sending = { service, uploads, recipient, simulated: false, baseUrl: api.url };
  const { personalisation } = await attachFiles(api, sending);
  const link = personalisation['file']!.slice(api.url.length);
  const [path, key] = link.split('?key=') as [string, string];
  const { rows } = await api.db.query<{ id: string }>({
    text: 'SELECT id FROM documents WHERE service_id = $1',
    values: [service.id],
  });
  return { serviceId: service.id, serviceName, documentId: rows[0]!.id, link, path, key };
}

/** Path of a document among the files, without its extension. */
export const placeOf = ({ serviceId, documentId }: Sent): string => `/services/${serviceId}/documents/${documentId}`;

export const directPath = (sent: Sent, extension = '.txt'): string => `${placeOf(sent)}${extension}?key=${sent.key}`;

/** Confirms an address as a program does. */
export function authenticate(api: TestApi, sent: Sent, body: object): Promise<ApiAnswer> {
  return api.call(`${placeOf(sent)}/authenticate`, { method: 'POST', body });
}
