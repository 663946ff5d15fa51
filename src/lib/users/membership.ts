/** What somebody is to a service. */
export interface Membership {
  readonly userId: string;
  readonly platformAdmin: boolean;
  /** Active, and on the service's team. */
  readonly isMember: boolean;
}
