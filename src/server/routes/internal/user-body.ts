import { fieldError } from '../../../lib/core/errors.ts';
import { given } from '../../../lib/core/given.ts';
import { parseUuid } from '../../../lib/core/ids.ts';
import type { JsonObject } from '../../../lib/core/json.ts';
import type { UpdateUserInput } from '../../../lib/users/update-user.ts';
import { authTypes, type AuthType } from '../../../lib/users/user.ts';
import { optional, requiredBoolean, requiredUuid } from '../../schemas/internal-rules.ts';
import { assertV1Rules, requiredText, type V1Rule } from '../../schemas/v1-rules.ts';

/** The fields of requests about users (admin API sheet §4.4 and §4.16). */

const authType = requiredText((text) => ((authTypes as readonly string[]).includes(text) ? null : 'Invalid auth type'));
const time = requiredText((text) => (readTime(text) === null ? 'Not a valid datetime.' : null));

/** Whoever is not sent codes by email needs a number. */
export function assertNewUser(body: JsonObject): void {
  const byEmail = body['auth_type'] === 'email_auth' || body['auth_type'] === 'webauthn_auth';
  assertV1Rules(
    {
      name: requiredText(),
      email_address: requiredText(),
      password: requiredText(),
      auth_type: optional(authType),
      mobile_number: byEmail ? optional(requiredText(), { nullable: true }) : requiredText(),
    },
    body,
  );
}

const changeRules: Readonly<Record<string, V1Rule>> = {
  name: optional(requiredText()),
  email_address: optional(requiredText()),
  mobile_number: optional(requiredText(), { nullable: true }),
  auth_type: optional(authType),
  current_session_id: optional(requiredUuid, { nullable: true }),
  email_access_validated_at: optional(time),
  platform_admin: optional(requiredBoolean),
  take_part_in_research: optional(requiredBoolean),
  receives_new_features_email: optional(requiredBoolean),
  // Who changes a user is only in the log.
  updated_by: optional(requiredUuid, { nullable: true }),
};

/** Users are changed by known fields alone, and nobody becomes a platform admin this way. */
export function assertUserChanges(body: JsonObject): void {
  const unknown = Object.keys(body).filter((name) => !Object.hasOwn(changeRules, name));
  if (unknown.length > 0) {
    throw fieldError('VALIDATION_FAILED', { _schema: unknown.map((name) => `Unknown field name ${name}`) });
  }
  assertV1Rules(changeRules, body);
  if (body['platform_admin'] === true) {
    throw fieldError('VALIDATION_FAILED', { platform_admin: ['Cannot set platform_admin to True'] });
  }
}

export function readChanges(body: JsonObject): Omit<UpdateUserInput, 'userId'> {
  const session = body['current_session_id'];
  const validatedAt = body['email_access_validated_at'] as string | undefined;
  return given({
    name: body['name'] as string | undefined,
    emailAddress: body['email_address'] as string | undefined,
    mobileNumber: body['mobile_number'] as string | null | undefined,
    authType: body['auth_type'] as AuthType | undefined,
    currentSessionId: session === undefined ? undefined : parseUuid(session),
    emailAccessValidatedAt: validatedAt === undefined ? undefined : readTime(validatedAt)!,
    platformAdmin: body['platform_admin'] as boolean | undefined,
    takePartInResearch: body['take_part_in_research'] as boolean | undefined,
    receivesNewFeaturesEmail: body['receives_new_features_email'] as boolean | undefined,
  });
}

/** A time with or without its zone, which is UTC. */
export function readTime(text: string): Date | null {
  const parts = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?$/.exec(text);
  if (parts === null) return null;
  const time = new Date(`${parts[1]!}T${parts[2]!}${parts[3] ?? 'Z'}`);
  return Number.isNaN(time.getTime()) ? null : time;
}
