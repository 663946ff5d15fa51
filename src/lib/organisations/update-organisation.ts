import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import { followOrganisation } from './link-service.ts';
import {
  findOrganisation,
  listServicesOfOrganisation,
  lockOrganisation,
  replaceDomains,
  saveOrganisation,
} from './organisation-repository.ts';
import {
  readDomains,
  readOrganisationName,
  type Organisation,
  type OrganisationChanges,
  type OrganisationDetailColumn,
} from './organisation.ts';
import { noSuchOrganisation } from './show-organisation.ts';

export interface UpdateOrganisationInput extends OrganisationChanges {
  readonly organisationId: string;
  /** The whole list. */
  readonly domains?: readonly string[];
}

export type ChangedOrganisationField = OwnField | 'domains' | OrganisationDetailColumn;
type OwnField = 'name' | 'active' | 'crown' | 'organisationType';

/**
 * Changes what is given of an organisation; what is so already changes nothing (admin API sheet §4.14). Its active services
 * follow its type and crown, as new versions, and get the allowance of the type.
 *
 * @throws AppError NOT_FOUND; VALIDATION_FAILED for a name or domain that is none; CONFLICT for one that another has
 */
export async function updateOrganisation(
  { db, clock, ids }: { readonly db: Database; readonly clock: Clock; readonly ids: Ids },
  { organisationId: id, ...input }: UpdateOrganisationInput,
): Promise<{ organisation: Organisation; changed: readonly ChangedOrganisationField[] }> {
  const wanted = read(input);
  return db.transaction(async (tx) => {
    const before = await lockOrganisation(tx, id);
    if (before === null) throw noSuchOrganisation(id);
    const { changes, domains, changed } = difference(before, wanted);
    if (changed.length === 0) return { organisation: before, changed };
    await saveOrganisation(tx, { id, changes, at: clock.now() });
    if (domains !== undefined) await replaceDomains(tx, id, domains);
    const organisation = (await findOrganisation(tx, id))!;
    if (changes.crown !== undefined || changes.organisationType !== undefined) {
      for (const service of await listServicesOfOrganisation(tx, id)) {
        if (service.active) await followOrganisation({ db: tx, clock, ids }, { serviceId: service.id, organisation });
      }
    }
    return { organisation, changed };
  });
}

type Wanted = OrganisationChanges & { readonly domains?: readonly string[] };

function read({ name, domains, ...rest }: Wanted): Wanted {
  return {
    ...rest,
    ...(name !== undefined && { name: readOrganisationName(name) }),
    ...(domains !== undefined && { domains: readDomains(domains) }),
  };
}

/** What of it is not so already. */
function difference(
  before: Organisation,
  { domains, details = {}, ...columns }: Wanted,
): Wanted & { changes: OrganisationChanges; changed: ChangedOrganisationField[] } {
  const own: Partial<Pick<Organisation, OwnField>> = changesOf(before, columns);
  const ofDetails = changesOf(before.details, details);
  const isOther = domains !== undefined && domains.join(' ') !== before.domains.join(' ');
  return {
    changes: { ...own, details: ofDetails },
    ...(isOther && { domains }),
    changed: [
      ...(Object.keys(own) as OwnField[]),
      ...(Object.keys(ofDetails) as OrganisationDetailColumn[]),
      ...(isOther ? (['domains'] as const) : []),
    ],
  };
}

function changesOf<Values extends object>(before: Values, wanted: Partial<Values>): Partial<Values> {
  const changed = Object.entries(wanted).filter(
    ([name, value]) => comparable(before[name as keyof Values]) !== comparable(value),
  );
  return Object.fromEntries(changed) as Partial<Values>;
}

function comparable(value: unknown): unknown {
  return value instanceof Date ? value.getTime() : value;
}
