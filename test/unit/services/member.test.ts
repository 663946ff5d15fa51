import { describe, expect, it } from 'vitest';
import { canLeave, isLastManager, readMemberPermissions, type Member } from '../../../src/lib/services/member.ts';
import { grantablePermissions, type MemberPermission } from '../../../src/lib/users/user.ts';

function aMember(id: string, state: Member['state'], ...permissions: MemberPermission[]): Member {
  return { id, name: id, emailAddress: `${id}@example.gov.uk`, mobileNumber: null, state, permissions };
}

const manager = aMember('manager', 'active', 'manage_settings', 'view_activity');
const second = aMember('second', 'active', 'manage_settings');
const other = aMember('other', 'active', 'view_activity');
const pending = aMember('pending', 'pending', 'manage_settings');

describe.each([
  ['the only member', [manager], 'manager', { leaves: false, isLast: true }],
  ['the only member, who manages nothing', [other], 'other', { leaves: false, isLast: false }],
  ['one of two managers', [manager, second], 'manager', { leaves: true, isLast: false }],
  ['the only manager', [manager, other], 'manager', { leaves: false, isLast: true }],
  ['the only manager who is active', [manager, other, pending], 'manager', { leaves: false, isLast: true }],
  ['somebody beside the manager', [manager, other], 'other', { leaves: true, isLast: false }],
  [
    'somebody of a team without a manager',
    [other, aMember('more', 'active')],
    'other',
    { leaves: true, isLast: false },
  ],
  ['somebody active beside one who is pending', [other, pending], 'other', { leaves: false, isLast: false }],
  ['somebody pending', [pending], 'pending', { leaves: true, isLast: false }],
  ['somebody who is not on the team', [manager], 'stranger', { leaves: true, isLast: false }],
])('%s', (_, team, id, { leaves, isLast }) => {
  it(`${leaves ? 'can' : 'cannot'} leave, and is ${isLast ? '' : 'not '}the last who manages settings`, () => {
    expect([canLeave(team, id), isLastManager(team, id)]).toEqual([leaves, isLast]);
  });
});

it('a member can be given every permission but that of the whole installation, each once', () => {
  expect(readMemberPermissions([...grantablePermissions, 'send_texts'])).toEqual([...grantablePermissions]);
  expect(() => readMemberPermissions(['send_texts', 'platform_admin'])).toThrow(
    /^'platform_admin' is no permission of a member: expected one of manage_users, /,
  );
});
