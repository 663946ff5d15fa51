import { toApiDateTime, toApiDateTimeOrNull } from '../../../lib/core/clock.ts';
import type { UserRecord } from '../../../lib/users/user-record.ts';

/** A user as the internal API shows it (admin API sheet §4.4). There are no permissions in organisations, and no security keys. */
export function toInternalUserView(user: UserRecord): object {
  return {
    id: user.id,
    name: user.name,
    email_address: user.emailAddress,
    mobile_number: user.mobileNumber,
    auth_type: user.authType,
    state: user.state,
    platform_admin: user.platformAdmin,
    permissions: user.permissions,
    services: user.services,
    organisations: user.organisations,
    organisation_permissions: {},
    created_at: toApiDateTime(user.createdAt),
    logged_in_at: toApiDateTimeOrNull(user.loggedInAt),
    password_changed_at: toApiDateTime(user.passwordChangedAt).replace('T', ' ').replace('Z', ''),
    email_access_validated_at: toApiDateTime(user.emailAccessValidatedAt),
    failed_login_count: user.failedLoginCount,
    current_session_id: user.currentSessionId,
    can_use_webauthn: false,
    take_part_in_research: user.takePartInResearch,
    receives_new_features_email: user.receivesNewFeaturesEmail,
  };
}
