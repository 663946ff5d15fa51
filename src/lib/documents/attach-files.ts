import type { Config } from '../config/schema.ts';
import { AppError } from '../core/errors.ts';
import type { Service } from '../services/service.ts';
import { checkDocument, type CheckedDocument } from './check-document.ts';
import { documentUrl, simulatedDocumentUrl } from './document-link.ts';
import type { FileUploads } from './file-uploads.ts';
import { storeDocument, type StoreDocumentDeps } from './store-document.ts';

export { readFileUploads } from './file-uploads.ts';

export interface AttachFilesDeps extends StoreDocumentDeps {
  readonly config: Pick<Config, 'adminUrl'>;
}

export interface AttachFilesInput {
  readonly service: Service;
  readonly uploads: FileUploads;
  /** The normalised address of the recipient, which may have to be confirmed. */
  readonly recipient: string;
  /** True for a recipient that nothing is stored for. */
  readonly simulated: boolean;
  /** Scheme and host of the links. */
  readonly baseUrl: string;
}

export interface AttachedFiles {
  /** The link of each file, which takes the place of its value. */
  readonly personalisation: Readonly<Record<string, string>>;
  /** For the notification's `document_download_count`; null without files. */
  readonly count: number | null;
}

/**
 * Stores the files of an email and gives their links (public API sheet §4.5). All files are checked before the first is
 * stored. Documents of an email that is refused afterwards are harmless: nobody has their links, and they expire.
 *
 * @throws AppError REQUEST_INVALID with the sheet's messages; STORAGE_UNAVAILABLE
 */
export async function attachFiles(deps: AttachFilesDeps, input: AttachFilesInput): Promise<AttachedFiles> {
  const { service, uploads, simulated, baseUrl } = input;
  if (uploads.size === 0) return { personalisation: {}, count: null };
  if (!service.contactLink) {
    const settings = `${deps.config.adminUrl ?? baseUrl}/services/${service.id}/service-settings/send-files-by-email`;
    throw new AppError(
      'REQUEST_INVALID',
      `Send files by email has not been set up - add contact details for your service at ${settings}`,
    );
  }
  const links: [string, string][] = [];
  if (simulated) {
    for (const key of uploads.keys()) links.push([key, simulatedDocumentUrl(baseUrl, service.id)]);
  } else {
    for (const [key, document] of checkFiles(input)) {
      links.push([key, documentUrl(baseUrl, await storeDocument(deps, { serviceId: service.id, document }))]);
    }
  }
  return { personalisation: Object.fromEntries(links), count: links.length };
}

function checkFiles({ uploads, recipient }: AttachFilesInput): [string, CheckedDocument][] {
  return [...uploads].map(([key, { file, filename, isCsv, confirmEmail, retentionPeriod }]) => [
    key,
    checkDocument({
      document: file,
      filename,
      isCsv,
      confirmationEmail: confirmEmail ? recipient : null,
      retentionPeriod,
    }),
  ]);
}
