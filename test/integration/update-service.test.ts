import { describe, expect, it } from 'vitest';
import { listServices } from '../../src/lib/services/list-services.ts';
import { updateService, type UpdateServiceInput } from '../../src/lib/services/update-service.ts';
import { showService } from '../../src/lib/services/show-service.ts';
import { aService } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';

const app = useTestApp();

async function historyOf(id: string): Promise<Readonly<Record<string, unknown>>[]> {
  const text = 'SELECT * FROM services_history WHERE id = $1 ORDER BY version';
  return (await app.db.query({ text, values: [id] })).rows;
}

async function rowOf(id: string): Promise<Readonly<Record<string, unknown>>> {
  return (await app.db.query({ text: 'SELECT * FROM services WHERE id = $1', values: [id] })).rows[0]!;
}

const settings: readonly [string, Omit<UpdateServiceInput, 'serviceId'>, object, string[]][] = [
  ['the rate limit', { rateLimit: 6000 }, { rateLimit: 6000 }, ['rateLimit']],
  [
    'daily limits',
    { smsLimit: 1, emailLimit: 2, letterLimit: 3, internationalSmsLimit: 4 },
    { smsMessageLimit: 1, emailMessageLimit: 2, letterMessageLimit: 3, internationalSmsMessageLimit: 4 },
    ['emailMessageLimit', 'internationalSmsMessageLimit', 'letterMessageLimit', 'smsMessageLimit'],
  ],
  ['the contact link', { contactLink: 'https://a.example' }, { contactLink: 'https://a.example' }, ['contactLink']],
  ['the prefix of texts', { prefixSms: true }, { prefixSms: true }, ['prefixSms']],
  [
    'the name that emails come from',
    { emailSenderName: 'Permit Office' },
    { customEmailSenderName: 'Permit Office', emailSenderLocalPart: 'permit.office' },
    ['customEmailSenderName', 'emailSenderLocalPart'],
  ],
  [
    'permissions, one by one',
    { addPermissions: ['upload_document', 'sms'], removePermissions: ['letter', 'email_auth'] },
    { permissions: ['email', 'international_letters', 'international_sms', 'sms', 'upload_document'] },
    ['permissions'],
  ],
  ['all permissions', { permissions: ['sms'] }, { permissions: ['sms'] }, ['permissions']],
];

describe('an update', () => {
  it.each(settings)('changes %s as one new version; again changes nothing', async (_, changes, expected, fields) => {
    const service = await aService(app);
    const { service: after, changed } = await updateService(app, { serviceId: service.id, ...changes });
    expect(after).toMatchObject({ ...expected, id: service.id, version: 2, updatedAt: expect.any(Date) });
    expect(changed.toSorted()).toEqual(fields);
    const again = await updateService(app, { serviceId: service.id, ...changes });
    expect(again).toEqual({ service: after, changed: [] });
    const history = await historyOf(service.id);
    expect(history.map(({ version }) => version)).toEqual([1, 2]);
    expect(history[1]).toEqual(await rowOf(service.id));
  });

  it('changes the name with the address that it makes, and frees the old one', async () => {
    const service = await aService(app, { name: 'Old name' });
    const { service: after } = await updateService(app, { serviceId: service.id, name: ' New  Name! ' });
    expect(after).toMatchObject({ name: 'New  Name!', emailSenderLocalPart: 'new.name' });
    expect(await rowOf(service.id)).toMatchObject({ normalised_service_name: 'new.name' });
    await aService(app, { name: 'Old name' });
  });

  it('keeps the address of a sender of its own when the name changes, and gives it up with the sender', async () => {
    const { id } = await aService(app);
    await updateService(app, { serviceId: id, emailSenderName: 'Own Sender' });
    const renamed = await updateService(app, { serviceId: id, name: 'Renamed with sender' });
    expect(renamed.service).toMatchObject({ name: 'Renamed with sender', emailSenderLocalPart: 'own.sender' });
    const { service } = await updateService(app, { serviceId: id, emailSenderName: null });
    expect(service).toMatchObject({ customEmailSenderName: null, emailSenderLocalPart: 'renamed.with.sender' });
  });

  it('keeps every change when several come at once', async () => {
    const { id } = await aService(app);
    await Promise.all([
      updateService(app, { serviceId: id, rateLimit: 7 }),
      updateService(app, { serviceId: id, addPermissions: ['upload_document'] }),
      updateService(app, { serviceId: id, addPermissions: ['inbound_sms'] }),
    ]);
    const service = await showService(app, id);
    expect(service).toMatchObject({ rateLimit: 7, version: 4 });
    expect(service.permissions).toEqual(expect.arrayContaining(['inbound_sms', 'upload_document']));
  });
});

describe('the mode', () => {
  const limitsOf = ({
    emailMessageLimit,
    smsMessageLimit,
    letterMessageLimit,
    internationalSmsMessageLimit,
  }: {
    emailMessageLimit: number;
    smsMessageLimit: number;
    letterMessageLimit: number;
    internationalSmsMessageLimit: number;
  }): number[] => [emailMessageLimit, smsMessageLimit, letterMessageLimit, internationalSmsMessageLimit];

  it('live raises the limits that are not given to those of live services, and notes when', async () => {
    const { id } = await aService(app, { live: false });
    await updateService(app, { serviceId: id, emailLimit: 300_000 });
    const { service, changed } = await updateService(app, { serviceId: id, live: true, letterLimit: 10 });
    expect(service.restricted).toBe(false);
    expect(limitsOf(service)).toEqual([300_000, 250_000, 10, 100]);
    expect(changed).not.toContain('emailMessageLimit');
    expect(await rowOf(id)).toMatchObject({ go_live_at: service.updatedAt, has_active_go_live_request: false });
  });

  it('trial lowers them again', async () => {
    const { id } = await aService(app);
    await updateService(app, { serviceId: id, letterLimit: 10 });
    const { service } = await updateService(app, { serviceId: id, live: false });
    expect(service.restricted).toBe(true);
    expect(limitsOf(service)).toEqual([50, 50, 10, 50]);
    expect(await rowOf(id)).toMatchObject({ go_live_at: null });
  });

  it('that it is in already leaves limits alone', async () => {
    const { id } = await aService(app);
    await updateService(app, { serviceId: id, smsLimit: 5 });
    const { service, changed } = await updateService(app, { serviceId: id, live: true });
    expect({ changed, limit: service.smsMessageLimit }).toEqual({ changed: [], limit: 5 });
  });
});

describe('an update is refused and changes nothing', () => {
  const cases: readonly [string, Omit<UpdateServiceInput, 'serviceId'>, { code: string; message: string }][] = [
    ['a name that is taken', { name: 'Taken' }, { code: 'CONFLICT', message: "Duplicate service name 'Taken'" }],
    [
      'a name that makes an address that is taken',
      { name: 'taken!' },
      { code: 'CONFLICT', message: "Duplicate service name 'taken!'" },
    ],
    [
      'a name without letters',
      { name: '--' },
      {
        code: 'USAGE_INVALID',
        message: "'--' cannot be the name of a service: expected 1 to 255 characters with at least one letter or digit",
      },
    ],
    [
      'a sender without letters',
      { emailSenderName: '!' },
      {
        code: 'USAGE_INVALID',
        message: "'!' cannot be the sender of emails: expected 1 to 255 characters with at least one letter or digit",
      },
    ],
    [
      'an unknown permission',
      { permissions: ['sms', 'fly'] },
      { code: 'VALIDATION_FAILED', message: "Invalid Service Permission: 'fly'" },
    ],
    [
      'a permission that is given twice',
      { permissions: ['letter', 'sms', 'letter'] },
      { code: 'VALIDATION_FAILED', message: "Duplicate Service Permission: ['letter']" },
    ],
    [
      'a permission to add and to remove',
      { addPermissions: ['letter'], removePermissions: ['letter'] },
      { code: 'USAGE_INVALID', message: "'letter' is both to be added and to be removed: expected one of them" },
    ],
  ];

  it.each(cases)('with %s', async (_, changes, error) => {
    const all = await listServices(app, { archived: true });
    if (!all.some(({ name }) => name === 'Taken')) await aService(app, { name: 'Taken' });
    const { id } = await aService(app);
    await expect(updateService(app, { serviceId: id, rateLimit: 1, ...changes })).rejects.toMatchObject(error);
    expect(await showService(app, id)).toMatchObject({ version: 1, rateLimit: 3000 });
  });

  it('for a service that does not exist', async () => {
    const serviceId = app.ids.uuid();
    await expect(updateService(app, { serviceId, rateLimit: 1 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: `No service has the id '${serviceId}'`,
    });
  });
});
