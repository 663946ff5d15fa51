/** The author of automatic changes (delivery sheet §4.3). */
export const systemUserId = '6af522d0-2915-4e52-83a3-3690455a5fe6';

/** A person who may receive messages of a trial service or a team key. */
export interface TeamMember {
  readonly id: string;
  readonly name: string;
  readonly emailAddress: string;
  readonly mobileNumber: string | null;
}
