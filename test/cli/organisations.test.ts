/** Organisations from the command line. */
import { expect, it } from 'vitest';
import { createUser } from '../../src/lib/users/create-user.ts';
import { aService } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';
import { commandsOn } from './commands-on-database.ts';
import { anId } from './manifest.ts';

const app = useTestApp();
const { resultOf, textOf, expectError } = commandsOn(app);
let count = 0;
const aName = (): string => `Organisation ${(count += 1)}`;

async function anOrganisation(...more: string[]): Promise<{ id: string; name: string }> {
  return resultOf(['organisations', 'create', '--name', aName(), ...more]);
}

it('creates one, whose type says whether it belongs to the Crown', async () => {
  const flags = ['--type', 'nhs_central', '--domain', 'B.example', '--domain', 'a.example', '--notes', 'A note'];
  const created = await resultOf(['organisations', 'create', '--name', 'Health', '--id', anId, ...flags]);
  expect(created).toEqual({
    id: anId,
    name: 'Health',
    active: true,
    organisation_type: 'nhs_central',
    crown: true,
    domains: ['a.example', 'b.example'],
    count_of_live_services: 0,
    notes: 'A note',
    created_at: expect.stringMatching(/Z$/) as string,
    updated_at: null,
  });
  expect(await resultOf(['organisations', 'list'])).toContainEqual(created);
  expect(await textOf(['organisations', 'list'])).toMatch(/Health +nhs_central +a.example, b.example +0/);
  expect(await textOf(['find', anId])).toMatch(/organisation/);
  expect((await anOrganisation('--type', 'nhs_central', '--crown', 'unknown')) as object).toMatchObject({
    crown: null,
  });
  const sameName = ['organisations', 'create', '--name', 'Health'];
  await expectError(sameName, 4, { code: 'CONFLICT', message: 'Organisation name already exists' });
  await expectError([...sameName, '--domain', 'x'], 2, { code: 'VALIDATION_FAILED' });
  await expectError(['organisations', 'create', '--name', aName(), '--id', anId], 4, { code: 'CONFLICT' });
});

it('links a service, once, and shows it', async () => {
  const { id, name } = await anOrganisation('--type', 'local');
  const { id: serviceId, name: service } = await aService(app);
  const link = ['organisations', 'link', id, '--service', serviceId];
  const show = ['services', 'show', serviceId];
  expect(await resultOf(show)).toMatchObject({ organisation: null, organisation_type: null });
  expect(await textOf(show)).toMatch(/^organisation +-\norganisation type +-$/m);
  expect(await resultOf(link)).toEqual({ id, name, service_id: serviceId, linked: true });
  expect(await textOf(link)).toMatch(/belonged to '.*' already/);
  expect(await resultOf(show)).toMatchObject({ organisation: { id, name }, organisation_type: 'local' });
  expect(await textOf(show)).toMatch(new RegExp(`^organisation +${name} \\(${id}\\)\norganisation type +local$`, 'm'));
  expect(await resultOf(['organisations', 'show', id])).toMatchObject({
    count_of_live_services: 1,
    services: [{ id: serviceId, name: service, active: true, restricted: false }],
    users: [],
  });
  expect(await textOf(['organisations', 'show', id])).toMatch(new RegExp(`${serviceId} +${service} +live`));
  await expectError(['organisations', 'link', id, '--service', anId], 5, { code: 'NOT_FOUND' });
  await expectError(['organisations', 'link', app.ids.uuid(), '--service', serviceId], 5, { code: 'NOT_FOUND' });
  await expectError(['organisations', 'archive', id, '--yes'], 4, {
    code: 'REFUSED',
    message: 'Cannot archive an organisation with active services',
  });
});

it('changes one, with its domains and users', async () => {
  const { id, name } = await anOrganisation('--domain', 'one.example', '--domain', 'two.example');
  const email = `someone${id}@example.com`;
  await createUser(app, { name: 'Ann', emailAddress: email, mobileNumber: null });
  const update = ['organisations', 'update', id];
  const flags = ['--type', 'local', '--crown', 'no', '--add-domain', 'three.example', '--remove-domain', 'ONE.example'];
  const changed = await resultOf([...update, ...flags, '--add-user', email]);
  expect(changed).toMatchObject({ name, crown: false, domains: ['three.example', 'two.example'] });
  expect((changed as { changed: string[] }).changed.sort()).toEqual(['crown', 'domains', 'organisation_type', 'users']);
  expect(await resultOf([...update, ...flags, '--add-user', email])).toMatchObject({ changed: [] });
  expect(await textOf(['organisations', 'show', id])).toMatch(new RegExp(`users +Ann <${email}>`));
  expect(await resultOf([...update, '--remove-user', email, '--name', 'Other name'])).toMatchObject({
    changed: ['name', 'users'],
  });
  await expectError([...update, '--remove-user', email], 5, { code: 'NOT_FOUND' });
  await expectError([...update, '--add-domain', 'a.example', '--remove-domain', 'a.example'], 2, {
    code: 'USAGE_INVALID',
  });
  await expectError(update, 2, { code: 'USAGE_INVALID' });
});

it('archives one only when that is confirmed', async () => {
  const { id } = await anOrganisation();
  await expectError(['organisations', 'archive', id], 4, { code: 'CONFIRMATION_NEEDED' });
  expect(await resultOf(['organisations', 'archive', id, '--yes'])).toMatchObject({ active: false, already: false });
  expect(await resultOf(['organisations', 'archive', id])).toMatchObject({ active: false, already: true });
  expect(JSON.stringify(await resultOf(['organisations', 'list']))).not.toContain(id);
  expect(await textOf(['organisations', 'list', '--archived'])).toContain(id);
});
