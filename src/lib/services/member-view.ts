import type { Member } from './member.ts';

/** A member of a team as commands print it. */
export interface MemberView {
  readonly id: string;
  readonly name: string;
  readonly email_address: string;
  readonly state: string;
  readonly permissions: readonly string[];
}

export function toMemberView({ id, name, emailAddress, state, permissions }: Member): MemberView {
  return { id, name, email_address: emailAddress, state, permissions };
}
