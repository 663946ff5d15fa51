import { describe, expect, it } from 'vitest';
import { addMember } from '../../src/lib/services/add-member.ts';
import { addTeamMembers } from '../../src/lib/services/add-team-members.ts';
import { removeMember } from '../../src/lib/services/remove-member.ts';
import { showMembers } from '../../src/lib/services/show-members.ts';
import { showService } from '../../src/lib/services/show-service.ts';
import { archiveUser } from '../../src/lib/users/archive-user.ts';
import { saveUser, type SaveUserInput } from '../../src/lib/users/save-user.ts';
import { memberPermissions } from '../../src/lib/users/user.ts';
import { aService } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';

const app = useTestApp();

function aUser(changes: Partial<SaveUserInput> = {}): SaveUserInput {
  const id = app.ids.uuid();
  return { id, name: 'Ann', emailAddress: `${id}@example.gov.uk`, mobileNumber: '07700900123', ...changes };
}

async function rowOf(id: string): Promise<unknown> {
  const text = 'SELECT name, email_address, mobile_number, state, auth_type, password FROM users WHERE id = $1';
  return (await app.db.query({ text, values: [id] })).rows[0];
}

describe('saving a user', () => {
  it('makes an active one who cannot sign in, and again changes nothing', async () => {
    const user = aUser();
    expect(await saveUser(app, user)).toBe('created');
    expect(await rowOf(user.id)).toEqual({
      name: 'Ann',
      email_address: user.emailAddress,
      mobile_number: '07700900123',
      state: 'active',
      auth_type: 'sms_auth',
      password: '!',
    });
    expect(await saveUser(app, user)).toBe('unchanged');
  });

  it('changes what differs; without a number, sign-in goes by email', async () => {
    const user = aUser();
    await saveUser(app, user);
    expect(await saveUser(app, { ...user, name: 'Bo', mobileNumber: null })).toBe('changed');
    expect(await rowOf(user.id)).toMatchObject({ name: 'Bo', mobile_number: null, auth_type: 'email_auth' });
    const other = aUser({ mobileNumber: null });
    await saveUser(app, other);
    expect(await rowOf(other.id)).toMatchObject({ auth_type: 'email_auth' });
  });

  it('is refused with an address that is none or taken, and a number that is none', async () => {
    const user = aUser();
    await saveUser(app, user);
    await expect(saveUser(app, aUser({ emailAddress: user.emailAddress }))).rejects.toMatchObject({
      code: 'CONFLICT',
      message: `Another user has the email address '${user.emailAddress}'`,
    });
    await expect(saveUser(app, aUser({ emailAddress: 'ann' }))).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: 'email_address: Not a valid email address',
    });
    await expect(saveUser(app, aUser({ mobileNumber: 'none' }))).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: "mobile_number: 'none' is not a phone number",
    });
  });
});

describe('adding members to a team', () => {
  const permissionsOf = async (serviceId: string, userId: string): Promise<string[]> => {
    const { rows } = await app.db.query<{ permission: string }>({
      text: 'SELECT permission FROM permissions WHERE service_id = $1 AND user_id = $2 ORDER BY permission',
      values: [serviceId, userId],
    });
    return rows.map(({ permission }) => permission);
  };

  it('gives them all permissions of members, once', async () => {
    const { id: serviceId } = await aService(app);
    const [ann, bo] = [aUser(), aUser({ name: 'Bo' })];
    await saveUser(app, ann);
    await saveUser(app, bo);
    expect(await addTeamMembers(app, { serviceId, userIds: [ann.id] })).toBe(true);
    expect(await permissionsOf(serviceId, ann.id)).toEqual([...memberPermissions].sort());

    await app.db.query({
      text: `DELETE FROM permissions WHERE service_id = $1 AND user_id = $2 AND permission <> 'view_activity'`,
      values: [serviceId, ann.id],
    });
    expect(await addTeamMembers(app, { serviceId, userIds: [ann.id, bo.id] })).toBe(true);
    expect(await permissionsOf(serviceId, ann.id)).toEqual(['view_activity']);
    expect(await permissionsOf(serviceId, bo.id)).toHaveLength(memberPermissions.length);
    expect(await addTeamMembers(app, { serviceId, userIds: [ann.id, bo.id] })).toBe(false);
    expect((await showService(app, serviceId)).team.map(({ name }) => name)).toEqual(['Ann', 'Bo']);
  });

  it('is refused for somebody who is no user', async () => {
    const { id: serviceId } = await aService(app);
    const id = app.ids.uuid();
    await expect(addTeamMembers(app, { serviceId, userIds: [id] })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: `No user has the id '${id}'`,
    });
  });
});

describe('managers who take each other off a team', () => {
  it('leave one of them on it, and so do those who are archived together', async () => {
    const goings: ((serviceId: string, userId: string) => Promise<unknown>)[] = [
      (serviceId, userId) => removeMember(app, { serviceId, userId }),
      (_, userId) => archiveUser(app, { userId }),
    ];
    for (const go of goings) {
      const { id: serviceId } = await aService(app);
      const [ann, bo] = [aUser(), aUser({ name: 'Bo' })];
      for (const user of [ann, bo]) {
        await saveUser(app, user);
        await addMember(app, { serviceId, userId: user.id, permissions: ['manage_settings'] });
      }
      const outcomes = await Promise.allSettled([ann.id, bo.id].map((id) => go(serviceId, id)));
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await showMembers(app, { serviceId })).toMatchObject([{ permissions: ['manage_settings'] }]);
    }
  });
});
