import type { ServiceCache } from '../cache/service-cache.ts';
import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import { violatedConstraint, type Database } from '../db/database.ts';
import { systemUserId } from '../users/user.ts';
import { findPrecompiledTemplateId } from './letter-template-repository.ts';
import { findTemplate, insertTemplate } from './template-repository.ts';
import type { Template } from './template.ts';

const name = 'Pre-compiled PDF';

export interface PrecompiledTemplateDeps {
  readonly db: Database;
  readonly cache: ServiceCache;
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * The hidden template under which a service's precompiled letters are listed (public API sheet §4.8), made by the first
 * of them. Of several that come first at the same time, in whatever processes, one makes it.
 */
export async function precompiledTemplateOf(deps: PrecompiledTemplateDeps, serviceId: string): Promise<Template> {
  const known = await deps.cache.read(serviceId, 'precompiled template', () => findIt(deps, serviceId));
  if (known !== null) return known;
  try {
    return await makeIt(deps, serviceId);
  } catch (error) {
    const made = violatedConstraint(error) === null ? null : await findIt(deps, serviceId);
    if (made === null) throw error;
    return made;
  }
}

async function findIt({ db }: PrecompiledTemplateDeps, serviceId: string): Promise<Template | null> {
  const id = await findPrecompiledTemplateId(db, serviceId);
  return id === null ? null : findTemplate(db, id);
}

function makeIt({ db, clock, ids }: PrecompiledTemplateDeps, serviceId: string): Promise<Template> {
  return db.transaction((tx) =>
    insertTemplate(tx, {
      id: ids.uuid(),
      serviceId,
      name,
      templateType: 'letter',
      content: '',
      subject: name,
      archived: false,
      hidden: true,
      processType: 'normal',
      postage: 'second',
      letterContactId: null,
      letterAttachmentId: null,
      hasUnsubscribeLink: false,
      createdById: systemUserId,
      createdAt: clock.now(),
    }),
  );
}
