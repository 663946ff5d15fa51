/** The author of automatic changes (delivery sheet §4.3). */
export const systemUserId = '6af522d0-2915-4e52-83a3-3690455a5fe6';

/** A person who may receive messages of a trial service or a team key. */
export interface TeamMember {
  readonly id: string;
  readonly name: string;
  readonly emailAddress: string;
  readonly mobileNumber: string | null;
}

/** Somebody who can be on teams. */
export interface User extends TeamMember {
  readonly state: string;
}

/** Given to the creator of a service and to members with full rights (data sheet §1.1). */
export const memberPermissions = [
  'manage_users',
  'manage_templates',
  'manage_settings',
  'send_texts',
  'send_emails',
  'send_letters',
  'manage_api_keys',
  'view_activity',
] as const;

/** What a member of a service may do: the above, and what members of services that broadcast may (data sheet §1.1). */
export const grantablePermissions = [
  ...memberPermissions,
  'create_broadcasts',
  'approve_broadcasts',
  'cancel_broadcasts',
  'reject_broadcasts',
] as const;

export type MemberPermission = (typeof grantablePermissions)[number];

export const authTypes = ['sms_auth', 'email_auth', 'webauthn_auth'] as const;

export type AuthType = (typeof authTypes)[number];
