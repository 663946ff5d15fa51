import type { ChangedOrganisationField } from './update-organisation.ts';
import type { Organisation } from './organisation.ts';

/** An organisation as commands print it. */
export interface OrganisationView {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
  readonly organisation_type: string | null;
  readonly crown: boolean | null;
  readonly domains: readonly string[];
  readonly count_of_live_services: number;
  readonly notes: string | null;
  readonly created_at: string;
  readonly updated_at: string | null;
}

export function toOrganisationView(organisation: Organisation): OrganisationView {
  return {
    id: organisation.id,
    name: organisation.name,
    active: organisation.active,
    organisation_type: organisation.organisationType,
    crown: organisation.crown,
    domains: organisation.domains,
    count_of_live_services: organisation.countOfLiveServices,
    notes: organisation.details.notes as string | null,
    created_at: organisation.createdAt.toISOString(),
    updated_at: organisation.updatedAt?.toISOString() ?? null,
  };
}

/** How commands name what an update changed. */
export function changedFieldName(field: ChangedOrganisationField): string {
  return field === 'organisationType' ? 'organisation_type' : field;
}
