import { toApiDateTimeOrNull } from '../../../lib/core/clock.ts';
import type { Organisation } from '../../../lib/organisations/organisation.ts';

/** An organisation as the internal API shows it (admin API sheet §4.14). There is no branding. */
export function toOrganisationView(organisation: Organisation): object {
  const { id, name, active, crown, organisationType, domains, countOfLiveServices, details } = organisation;
  return {
    id,
    name,
    active,
    crown,
    organisation_type: organisationType,
    email_branding_id: null,
    letter_branding_id: null,
    ...details,
    agreement_signed_at: toApiDateTimeOrNull(details.agreement_signed_at as Date | null),
    domains,
    count_of_live_services: countOfLiveServices,
  };
}

/** One of the list of all. */
export function toOrganisationItem(organisation: Organisation): object {
  const { id, name, active, organisationType, domains, countOfLiveServices } = organisation;
  return {
    id,
    name,
    active,
    organisation_type: organisationType,
    domains,
    count_of_live_services: countOfLiveServices,
  };
}
