import { Type, type TSchema } from 'typebox';
import { given } from '../../../lib/core/given.ts';
import { isRawJsonNumber } from '../../../lib/core/json.ts';
import {
  organisationDetailColumns,
  organisationTypes,
  type OrganisationDetailColumn,
  type OrganisationType,
} from '../../../lib/organisations/organisation.ts';
import type { UpdateOrganisationInput } from '../../../lib/organisations/update-organisation.ts';
import { validationFailed } from '../../schemas/validation-failed.ts';
import { readTime } from './user-body.ts';

/** The bodies of requests about organisations (admin API sheet §4.14). */

const nullable = (schema: TSchema): TSchema => Type.Union([schema, Type.Null()]);
const text = nullable(Type.String());
const shortText = nullable(Type.String({ maxLength: 255 }));
const detailSchemas = {
  agreement_signed: nullable(Type.Boolean()),
  agreement_signed_at: text,
  agreement_signed_by_id: nullable(Type.String({ format: 'notify-uuid' })),
  agreement_signed_on_behalf_of_name: shortText,
  agreement_signed_on_behalf_of_email_address: shortText,
  agreement_signed_version: nullable(Type.Number()),
  billing_contact_email_addresses: text,
  billing_contact_names: text,
  billing_reference: shortText,
  notes: text,
  purchase_order_number: shortText,
  request_to_go_live_notes: text,
} satisfies Record<OrganisationDetailColumn, TSchema>;

const others = {
  domains: Type.Optional(Type.Array(Type.String())),
  ...Object.fromEntries(Object.entries(detailSchemas).map(([name, schema]) => [name, Type.Optional(schema)])),
};
const name = Type.String();
const crown = nullable(Type.Boolean());
const organisationType = nullable(Type.String({ enum: [...organisationTypes] }));

export const newOrganisation = Type.Object({ name, crown, organisation_type: organisationType, ...others });

export const organisationChanges = Type.Object({
  name: Type.Optional(name),
  crown: Type.Optional(crown),
  organisation_type: Type.Optional(organisationType),
  ...others,
});

export const linkOrganisation = Type.Object({ service_id: Type.String({ format: 'notify-uuid' }) });

interface Body extends Partial<Readonly<Record<OrganisationDetailColumn, unknown>>> {
  readonly name?: string;
  readonly crown?: boolean | null;
  readonly organisation_type?: OrganisationType | null;
  readonly domains?: readonly string[];
}

/** What a body that fits its schema says; what it leaves out is left out. @throws AppError VALIDATION_FAILED */
export function readOrganisation(body: unknown): Omit<UpdateOrganisationInput, 'organisationId'> {
  const { name: ownName, crown: ownCrown, organisation_type: type, domains, ...rest } = body as Body;
  // Schemas of the API do not look into lists.
  const odd = domains?.find((domain) => typeof domain !== 'string');
  if (odd !== undefined) throw validationFailed([`domains ${JSON.stringify(odd)} is not of type string`]);
  const details = organisationDetailColumns.flatMap((column): [string, unknown][] =>
    rest[column] === undefined ? [] : [[column, stored(column, rest[column])]],
  );
  return given({
    name: ownName,
    crown: ownCrown,
    organisationType: type,
    domains,
    details: Object.fromEntries(details),
  });
}

/** Some are stored as something else than what is sent. */
function stored(column: OrganisationDetailColumn, value: unknown): unknown {
  if (column === 'agreement_signed_at' && typeof value === 'string') {
    const at = readTime(value);
    if (at === null) throw validationFailed([`agreement_signed_at ${value} is not a time`]);
    return at;
  }
  // Parsed JSON keeps some numbers as they were written.
  return isRawJsonNumber(value) ? Number(value.rawJSON) : value;
}
