import { describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/lib/api-keys/create-api-key.ts';
import { listApiKeys } from '../../src/lib/api-keys/list-api-keys.ts';
import { revokeApiKey } from '../../src/lib/api-keys/revoke-api-key.ts';
import { serviceBelongings } from '../../src/lib/service-belongings.ts';
import { archiveService } from '../../src/lib/services/archive-service.ts';
import { changeGuestList } from '../../src/lib/services/change-guest-list.ts';
import { showService } from '../../src/lib/services/show-service.ts';
import { updateService } from '../../src/lib/services/update-service.ts';
import { archiveTemplate } from '../../src/lib/templates/archive-template.ts';
import { createTemplate } from '../../src/lib/templates/create-template.ts';
import { listTemplates, showTemplate } from '../../src/lib/templates/show-template.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';

const app = useTestApp();
const archive = (serviceId: string, dryRun = false): ReturnType<typeof archiveService> =>
  archiveService(app, { serviceId, belongings: serviceBelongings, dryRun });

/** A service with two keys, one of them revoked, and two templates, one of them archived. */
async function aBusyService(): Promise<{ id: string; name: string; keyId: string; templateId: string }> {
  const { id, name } = await aService(app);
  const { apiKey } = await anApiKey(app, id);
  await revokeApiKey(app, { apiKeyId: (await anApiKey(app, id)).apiKey.id });
  const template = await aTemplate(app, id);
  await archiveTemplate(app, { templateId: (await aTemplate(app, id)).id });
  return { id, name, keyId: apiKey.id, templateId: template.id };
}

describe('archiving a service', () => {
  it('renames it, revokes its keys and archives its templates, each with history', async () => {
    const { id, name, keyId, templateId } = await aBusyService();
    const { service, alreadyArchived, retired } = await archive(id);

    expect(service).toMatchObject({ id, active: false, version: 2 });
    const time = service.updatedAt!.toISOString().slice(0, 19).replace('T', '-');
    expect(service.name).toBe(`_archived_${time}_${name}`);
    expect(alreadyArchived).toBe(false);
    expect(retired.apiKeys.map((key) => key.id)).toEqual([keyId]);
    expect(retired.templates.map((template) => template.id)).toEqual([templateId]);
    for (const { expiryDate } of await listApiKeys(app, { serviceId: id })) expect(expiryDate).not.toBeNull();
    expect(await listTemplates(app, { serviceId: id })).toEqual([]);

    const { rows } = await app.db.query({
      text: `SELECT (SELECT max(version) FROM api_keys_history WHERE id = $1) AS key,
                    (SELECT max(version) FROM templates_history WHERE id = $2 AND archived) AS template,
                    (SELECT max(version) FROM services_history WHERE id = $3 AND NOT active) AS service`,
      values: [keyId, templateId, id],
    });
    expect(rows).toEqual([{ key: 2, template: 2, service: 2 }]);
  });

  it('frees its name', async () => {
    const { id, name } = await aService(app, { name: 'To be free again' });
    await archive(id);
    expect(await aService(app, { name })).toMatchObject({ name, emailSenderLocalPart: 'to.be.free.again' });
  });

  it('cuts a name that would become too long', async () => {
    const { id } = await aService(app, { name: 'x'.repeat(255) });
    const { service } = await archive(id);
    expect(service.name).toMatch(/^_archived_\d{4}(-\d\d){3}(:\d\d){2}_x{225}$/);
  });

  it('again changes nothing', async () => {
    const { id } = await aBusyService();
    const first = await archive(id);
    const again = await archive(id);
    expect(again).toEqual({ service: first.service, alreadyArchived: true, retired: { apiKeys: [], templates: [] } });
  });

  it('as a dry run only says what would go', async () => {
    const { id, name, keyId, templateId } = await aBusyService();
    const { service, retired } = await archive(id, true);
    expect(service).toMatchObject({ name, active: true, version: 1 });
    expect(retired).toMatchObject({ apiKeys: [{ id: keyId }], templates: [{ id: templateId }] });
    expect(await showTemplate(app, { templateId })).toMatchObject({ archived: false, version: 1 });
  });

  it('leaves everything as it was when a part fails', async () => {
    const { id, name } = await aBusyService();
    const failing = serviceBelongings.map((belongings) =>
      belongings.kind === 'templates'
        ? { ...belongings, retire: () => Promise.reject(new Error('no space left')) }
        : belongings,
    );
    await expect(archiveService(app, { serviceId: id, belongings: failing })).rejects.toThrow('no space left');
    expect(await showService(app, id)).toMatchObject({ name, active: true, version: 1 });
    const valid = (await listApiKeys(app, { serviceId: id })).filter(({ expiryDate }) => expiryDate === null);
    expect(valid).toHaveLength(1);
  });

  it('is refused when there is none', async () => {
    await expect(archive(app.ids.uuid())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('an archived service', () => {
  it('takes no changes, keys or templates', async () => {
    const { id: serviceId } = await aService(app);
    const { service } = await archive(serviceId);
    const refused = { code: 'REFUSED', message: `Service '${service.name}' is archived` };
    await expect(updateService(app, { serviceId, rateLimit: 1 })).rejects.toMatchObject(refused);
    await expect(changeGuestList(app, { serviceId, add: ['07700900100'] })).rejects.toMatchObject(refused);
    await expect(createApiKey(app, { serviceId, name: 'x', keyType: 'test' })).rejects.toMatchObject(refused);
    const template = { serviceId, name: 'x', templateType: 'sms', content: 'x' } as const;
    await expect(createTemplate(app, template)).rejects.toMatchObject(refused);
  });
});
