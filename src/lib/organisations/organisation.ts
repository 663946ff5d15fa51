import { AppError } from '../core/errors.ts';

export const organisationTypes = [
  'central',
  'local',
  'nhs_central',
  'nhs_local',
  'nhs_gp',
  'nhs_notify',
  'emergency_service',
  'school_or_college',
  'other',
] as const;

export type OrganisationType = (typeof organisationTypes)[number];

/** Whether organisations of a type belong to the Crown (data sheet §1.1); null = some do. */
export function crownOf(type: OrganisationType | null): boolean | null {
  if (type === null || type === 'central' || type === 'other') return null;
  return type === 'nhs_central';
}

/** What of an organisation only people look at. */
export const organisationDetailColumns = [
  'agreement_signed',
  'agreement_signed_at',
  'agreement_signed_by_id',
  'agreement_signed_on_behalf_of_name',
  'agreement_signed_on_behalf_of_email_address',
  'agreement_signed_version',
  'billing_contact_email_addresses',
  'billing_contact_names',
  'billing_reference',
  'notes',
  'purchase_order_number',
  'request_to_go_live_notes',
] as const;

export type OrganisationDetailColumn = (typeof organisationDetailColumns)[number];
export type OrganisationDetails = Readonly<Record<OrganisationDetailColumn, string | number | boolean | Date | null>>;

/** Whom services belong to (admin API sheet §4.14). */
export interface Organisation {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
  /** Whether it belongs to the Crown; null = nobody knows. */
  readonly crown: boolean | null;
  readonly organisationType: OrganisationType | null;
  /** Its email addresses end like this; in lower case. */
  readonly domains: readonly string[];
  /** Services of it that are active, out of trial mode, and to be counted. */
  readonly countOfLiveServices: number;
  readonly details: OrganisationDetails;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
}

/** What can be changed of an organisation, beside its domains. */
export type OrganisationChanges = Partial<Pick<Organisation, 'name' | 'active' | 'crown' | 'organisationType'>> & {
  readonly details?: Partial<OrganisationDetails>;
};

/** @throws AppError VALIDATION_FAILED for what cannot be a name */
export function readOrganisationName(text: string): string {
  const name = text.trim();
  if (name.length > 0 && name.length <= 255) return name;
  throw new AppError('VALIDATION_FAILED', `name '${text}' is not a name: expected 1 to 255 characters`);
}

/** Letters, digits and hyphens in parts between dots, as email addresses end. */
const domainPattern = /^(?=.{1,255}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/;

/** Domains in lower case, each once, in order. @throws AppError VALIDATION_FAILED naming one that is none */
export function readDomains(texts: readonly string[]): string[] {
  const domains = texts.map((text) => text.trim().toLowerCase());
  const wrong = texts.find((_, index) => !domainPattern.test(domains[index]!));
  if (wrong === undefined) return [...new Set(domains)].sort();
  throw new AppError('VALIDATION_FAILED', `domains '${wrong}' is not a domain: expected one such as example.gov.uk`);
}

/**
 * A domain and those it is part of, the longest first: `a.example.gov.uk`, `example.gov.uk`, `gov.uk`, `uk`.
 * Of what comes before an `@` nothing is looked at.
 */
export function domainsOf(emailAddress: string): string[] {
  const parts = emailAddress
    .slice(emailAddress.lastIndexOf('@') + 1)
    .toLowerCase()
    .split('.');
  return parts.map((_, index) => parts.slice(index).join('.'));
}
