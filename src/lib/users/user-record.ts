import type { AuthType, User } from './user.ts';

/** Everything that is known of a user. */
export interface UserRecord extends User {
  readonly state: 'pending' | 'active' | 'inactive';
  readonly authType: AuthType;
  readonly platformAdmin: boolean;
  readonly createdAt: Date;
  readonly loggedInAt: Date | null;
  readonly passwordChangedAt: Date;
  readonly emailAccessValidatedAt: Date;
  readonly failedLoginCount: number;
  readonly currentSessionId: string | null;
  readonly takePartInResearch: boolean;
  readonly receivesNewFeaturesEmail: boolean;
  /** Ids of the active services whose team the user is on. */
  readonly services: readonly string[];
  /** Ids of the active organisations that the user is in. */
  readonly organisations: readonly string[];
  /** What the user may do, by the ids of these services. */
  readonly permissions: Readonly<Record<string, readonly string[]>>;
}

/** What can be changed of a user. */
export type UserChanges = Partial<
  Pick<
    UserRecord,
    | 'name'
    | 'emailAddress'
    | 'mobileNumber'
    | 'authType'
    | 'state'
    | 'platformAdmin'
    | 'currentSessionId'
    | 'emailAccessValidatedAt'
    | 'takePartInResearch'
    | 'receivesNewFeaturesEmail'
  >
>;
