import { expect, it } from 'vitest';
import { createOrganisation } from '../../src/lib/organisations/create-organisation.ts';
import { aService } from '../support/builders.ts';
import { useApi } from './api.ts';

const api = useApi();
const path = '/_status/live-service-and-organisation-counts';

async function aServiceWith(changes: { organisation?: string; sql?: string; live?: boolean }): Promise<void> {
  const { id } = await aService(api, { live: changes.live ?? true });
  await api.db.query({
    text: `UPDATE services SET organisation_id = $2${changes.sql ? `, ${changes.sql}` : ''} WHERE id = $1`,
    values: [id, changes.organisation ?? null],
  });
}

it('counts live services and their organisations, for anybody', async () => {
  expect((await api.call(path)).json).toEqual({ organisations: 0, services: 0 });
  const anOrganisation = async (name: string): Promise<string> => (await createOrganisation(api, { name })).id;
  const [one, two, three] = [await anOrganisation('1'), await anOrganisation('2'), await anOrganisation('3')];
  await aServiceWith({});
  await aServiceWith({ organisation: one });
  await aServiceWith({ organisation: one });
  await aServiceWith({ organisation: two });
  await aServiceWith({ organisation: three, live: false });
  await aServiceWith({ organisation: three, sql: 'active = false' });
  await aServiceWith({ organisation: three, sql: 'count_as_live = false' });
  const answer = await api.call(path, { headers: { authorization: 'nonsense' } });
  expect(answer.status).toBe(200);
  expect(answer.json).toEqual({ organisations: 2, services: 4 });
});
