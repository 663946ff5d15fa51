import type { ServiceCache } from '../cache/service-cache.ts';
import type { Queryable } from '../db/database.ts';
import { findLetterParts } from './letter-template-repository.ts';
import type { PrintedParts, Template } from './template.ts';

const noParts: PrintedParts = {
  contactBlock: null,
  welshSubject: null,
  welshContent: null,
  attachmentId: null,
  logoId: null,
};

/** What else is printed of this version of a template; its contact block and its logo are those of today. */
export async function letterPartsOf(
  { db, cache }: { db: Queryable; cache: ServiceCache },
  { serviceId, id: templateId, version }: Pick<Template, 'serviceId' | 'id' | 'version'>,
): Promise<PrintedParts> {
  const parts = await cache.read(serviceId, `letter parts ${templateId} ${version}`, () =>
    findLetterParts(db, { serviceId, templateId, version }),
  );
  return parts ?? noParts;
}
