import type { ServiceCache } from '../cache/service-cache.ts';
import type { Queryable } from '../db/database.ts';
import { findLetterParts } from './letter-template-repository.ts';
import type { LetterParts, Template } from './template.ts';

const noParts: LetterParts = { contactBlock: null, welshSubject: null, welshContent: null };

/** What a letter of this version of a template says before its subject; its contact block is that of today. */
export async function letterPartsOf(
  { db, cache }: { db: Queryable; cache: ServiceCache },
  { serviceId, id: templateId, version }: Pick<Template, 'serviceId' | 'id' | 'version'>,
): Promise<LetterParts> {
  const parts = await cache.read(serviceId, `letter parts ${templateId} ${version}`, () =>
    findLetterParts(db, { serviceId, templateId, version }),
  );
  return parts ?? noParts;
}
