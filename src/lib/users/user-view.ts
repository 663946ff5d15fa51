import type { UserRecord } from './user-record.ts';

/** A user as commands print it. */
export interface UserView {
  readonly id: string;
  readonly name: string;
  readonly email_address: string;
  readonly mobile_number: string | null;
  readonly state: string;
  readonly auth_type: string;
  readonly platform_admin: boolean;
  /** What the user may do, by the ids of the services whose team the user is on. */
  readonly services: Readonly<Record<string, readonly string[]>>;
  readonly created_at: string;
}

export function toUserView(user: UserRecord): UserView {
  return {
    id: user.id,
    name: user.name,
    email_address: user.emailAddress,
    mobile_number: user.mobileNumber,
    state: user.state,
    auth_type: user.authType,
    platform_admin: user.platformAdmin,
    services: Object.fromEntries(user.services.map((id) => [id, user.permissions[id] ?? []])),
    created_at: user.createdAt.toISOString(),
  };
}
