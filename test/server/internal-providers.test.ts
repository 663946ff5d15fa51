/** Providers over the internal API (admin API sheet §4.12). */
import { beforeAll, describe, expect, it } from 'vitest';
import { createUser } from '../../src/lib/users/create-user.ts';
import { plainError, type ApiAnswer } from './api.ts';
import { useInternalApi } from './internal-api.ts';

const api = useInternalApi();
const unknownId = '019cd000-0000-7000-8000-000000000000';
const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as string;

interface Listed {
  readonly id: string;
  readonly identifier: string;
}

let providers: readonly Listed[];
let ann: string;
beforeAll(async () => {
  providers = (await api.internal('/provider-details')).json.provider_details;
  ann = (await createUser(api, { name: 'Ann', emailAddress: 'ann@example.gov.uk', mobileNumber: null })).id;
});

const idOf = (identifier: string): string => providers.find((each) => each.identifier === identifier)!.id;
const update = (identifier: string, body: object): Promise<ApiAnswer> =>
  api.internal(`/provider-details/${idOf(identifier)}`, { method: 'POST', body });

describe('providers', () => {
  it('are listed with who changed them last, and why', async () => {
    const mmg = providers.find(({ identifier }) => identifier === 'mmg');
    expect(mmg).toEqual({
      id: expect.any(String),
      display_name: 'MMG',
      identifier: 'mmg',
      priority: 51,
      notification_type: 'sms',
      active: false,
      updated_at: null,
      supports_international: true,
      created_by_name: null,
      reason: null,
      current_month_billable_sms: 0,
    });
    const { current_month_billable_sms: _, ...shown } = mmg as Listed & { current_month_billable_sms: number };
    expect((await api.internal(`/provider-details/${mmg!.id}`)).json).toEqual({
      provider_details: { ...shown, version: expect.any(Number) },
    });
  });

  it('are changed as new versions, of which the newest come first', async () => {
    const changed = await update('firetext', { priority: 70, active: true, created_by: ann, reason: 'Outage of MMG' });
    expect([changed.status, changed.json]).toMatchObject([
      200,
      {
        provider_details: {
          id: idOf('firetext'),
          priority: 70,
          active: true,
          created_by_name: 'Ann',
          reason: 'Outage of MMG',
          updated_at: instant,
        },
      },
    ]);
    const { version } = changed.json.provider_details;
    await update('firetext', { priority: 71 });
    const { json } = await api.internal(`/provider-details/${idOf('firetext')}/versions`);
    expect(json.data.slice(0, 3)).toMatchObject([
      { version: version + 1, priority: 71, created_by_name: 'Notify' },
      { version, priority: 70, created_by_name: 'Ann', reason: 'Outage of MMG' },
      { version: version - 1, priority: 49 },
    ]);
  });

  it.each([
    [
      { identifier: 'x', version: 2 },
      { identifier: ['Not permitted to be updated'], version: ['Not permitted to be updated'] },
    ],
    [{ priority: -1 }, { priority: ['Not a valid integer.'] }],
    [{ priority: 101 }, { priority: ['Must be between 0 and 100.'] }],
    [
      { active: 'yes', created_by: 'x' },
      { active: ['Not a valid boolean.'], created_by: ['Not a valid UUID.'] },
    ],
  ])('are not changed by %j', async (body, message) => {
    const { status, json } = await update('ses', body);
    expect([status, json]).toEqual([400, { result: 'error', message }]);
  });

  it('are not there by an unknown id, and not changed by an unknown user', async () => {
    for (const path of [unknownId, 'x', `${unknownId}/versions`]) {
      const { status, json } = await api.internal(`/provider-details/${path}`);
      expect([status, json]).toEqual([404, plainError('No result found')]);
    }
    expect((await update('ses', { active: true, created_by: unknownId })).status).toBe(404);
  });
});
