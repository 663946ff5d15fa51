import { describe, expect, it } from 'vitest';
import { addSender } from '../../src/lib/services/add-sender.ts';
import { updateService } from '../../src/lib/services/update-service.ts';
import { archiveTemplate } from '../../src/lib/templates/archive-template.ts';
import { createTemplate, type CreateTemplateInput } from '../../src/lib/templates/create-template.ts';
import { redactTemplate } from '../../src/lib/templates/redact-template.ts';
import { isTemplateRedacted, listTemplateVersions, showTemplate } from '../../src/lib/templates/show-template.ts';
import type { TemplateType } from '../../src/lib/templates/template.ts';
import { updateTemplate, type UpdateTemplateInput } from '../../src/lib/templates/update-template.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';

const app = useTestApp();

/** 505 bytes of data: one more than a QR code holds. */
const longQrCode = `QR: ${'x'.repeat(505)}`;

type Changes = Omit<UpdateTemplateInput, 'templateId'>;

const changes: readonly [string, TemplateType, Changes, object][] = [
  ['name', 'sms', { name: ' New name ' }, { name: 'New name' }],
  ['content', 'sms', { content: 'Hi ((name))' }, { content: 'Hi ((name))' }],
  ['subject', 'email', { subject: 'New' }, { subject: 'New' }],
  ['processType', 'email', { processType: 'priority' }, { processType: 'priority' }],
  ['postage', 'letter', { postage: 'first' }, { postage: 'first' }],
  ['hasUnsubscribeLink', 'email', { hasUnsubscribeLink: true }, { hasUnsubscribeLink: true }],
];

describe('an update', () => {
  it.each(changes)('changes the %s as a new version; again makes none', async (field, templateType, change, after) => {
    const { id: serviceId } = await aService(app);
    const before = await aTemplate(app, serviceId, { templateType });
    const { template, changed } = await updateTemplate(app, { templateId: before.id, ...change });
    expect(changed).toEqual([field]);
    expect(template).toMatchObject({ ...after, version: 2, updatedAt: expect.any(Date), createdAt: before.createdAt });

    const again = await updateTemplate(app, { templateId: before.id, ...change });
    expect(again).toMatchObject({ changed: [], template: { version: 2, updatedAt: template.updatedAt } });
    const versions = await listTemplateVersions(app, { templateId: before.id });
    expect(versions.map(({ version }) => version)).toEqual([2, 1]);
    expect(versions[0]).toMatchObject(after);
    expect(versions[1]).toMatchObject({ name: before.name, content: before.content, subject: before.subject });
  });

  it('sets a letter contact and takes it off', async () => {
    const { id: serviceId } = await aService(app);
    const { id: templateId } = await aTemplate(app, serviceId, { templateType: 'letter' });
    const contact = await addSender(app, { serviceId, type: 'letter', value: '1 High Street', isDefault: true });
    await updateTemplate(app, { templateId, letterContactId: contact.id });
    expect(await showTemplate(app, { templateId })).toMatchObject({ letterContactId: contact.id, version: 2 });
    await updateTemplate(app, { templateId, letterContactId: null });
    expect(await showTemplate(app, { templateId })).toMatchObject({ letterContactId: null, version: 3 });
  });

  it('names its author in the new version only', async () => {
    const { id: templateId, createdById } = await aTemplate(app, (await aService(app)).id);
    const userId = app.ids.uuid();
    await app.db.query({
      text: `INSERT INTO users (id, name, email_address, password, password_changed_at, auth_type, email_access_validated_at, created_at)
             VALUES ($1, 'Ann', 'ann@example.com', '!', now(), 'email_auth', now(), now())`,
      values: [userId],
    });
    await updateTemplate(app, { templateId, name: 'By Ann', updatedById: userId });
    const versions = await listTemplateVersions(app, { templateId });
    expect(versions.map((version) => version.createdById)).toEqual([userId, createdById]);
  });

  it('keeps every change when several come at once', async () => {
    const { id: templateId } = await aTemplate(app, (await aService(app)).id);
    await Promise.all([
      updateTemplate(app, { templateId, name: 'New name' }),
      updateTemplate(app, { templateId, content: 'New content' }),
      updateTemplate(app, { templateId, processType: 'priority' }),
    ]);
    expect(await showTemplate(app, { templateId })).toMatchObject({
      name: 'New name',
      content: 'New content',
      processType: 'priority',
      version: 4,
    });
  });
});

const problems: readonly [string, TemplateType, Changes, string][] = [
  ['an empty name', 'sms', { name: ' ' }, 'name: expected 1 to 255 characters'],
  ['a long name', 'sms', { name: 'x'.repeat(256) }, 'name: expected 1 to 255 characters'],
  ['no content', 'email', { content: '\n ' }, 'content: expected a text that is not empty'],
  [
    'a long text message',
    'sms',
    { content: 'x'.repeat(919) },
    'content: Content has a character count greater than the limit of 918',
  ],
  ['a blank subject of an email', 'email', { subject: ' ' }, 'subject: Invalid template subject'],
  ['a blank subject of a letter', 'letter', { subject: '' }, 'subject: Invalid template subject'],
  ['a subject of a text message', 'sms', { subject: 'x' }, 'subject: text message templates have no subject'],
  ['a QR code that is too long', 'letter', { content: longQrCode }, 'content: qr-code-too-long'],
  ['an unknown postage', 'letter', { postage: 'third' }, 'postage: expected one of first, second, economy'],
  ['the postage of an email', 'email', { postage: 'first' }, 'postage: only letter templates have a postage'],
  [
    'an unsubscribe link of a text message',
    'sms',
    { hasUnsubscribeLink: true },
    'has_unsubscribe_link: only email templates have an unsubscribe link',
  ],
  [
    'the letter contact of an email',
    'email',
    { letterContactId: '018f2f6e-7c1a-7000-8000-000000000000' },
    'reply_to: only letter templates have a contact block',
  ],
];

describe('a template cannot have', () => {
  it.each(problems)('%s', async (_, templateType, change, problem) => {
    const { id: serviceId } = await aService(app);
    const { id: templateId } = await aTemplate(app, serviceId, { templateType });
    const refused = { code: 'VALIDATION_FAILED', message: problem, details: { messages: [problem] } };
    await expect(updateTemplate(app, { templateId, ...change })).rejects.toMatchObject(refused);
    expect(await showTemplate(app, { templateId })).toMatchObject({ version: 1 });
    const input: CreateTemplateInput = { serviceId, templateType, name: 'New', content: 'x' };
    if (templateType !== 'sms') input.subject = 'x';
    await expect(createTemplate(app, { ...input, ...change })).rejects.toMatchObject(refused);
  });

  it('what only fits when placeholders are counted', async () => {
    const { id: serviceId } = await aService(app);
    const input = { serviceId, name: 'x', templateType: 'sms' } as const;
    const filled = 'x'.repeat(918);
    await createTemplate(app, { ...input, content: `${filled}((a long placeholder))` });
    await expect(createTemplate(app, { ...input, content: `${filled}x` })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    await createTemplate(app, { ...input, templateType: 'letter', subject: 'x', content: longQrCode.slice(0, -1) });
  });

  it('the letter contact of another service, or an archived one', async () => {
    const { id: serviceId } = await aService(app);
    const { id: otherId } = await aService(app);
    const { id: templateId } = await aTemplate(app, serviceId, { templateType: 'letter' });
    const contact = await addSender(app, { serviceId: otherId, type: 'letter', value: 'There', isDefault: true });
    const refused = {
      code: 'REQUEST_INVALID',
      message: `letter_contact_id ${contact.id} does not exist in database for service id ${serviceId}`,
    };
    await expect(updateTemplate(app, { templateId, letterContactId: contact.id })).rejects.toMatchObject(refused);
    const letter = { templateType: 'letter', letterContactId: contact.id } as const;
    await expect(aTemplate(app, serviceId, letter)).rejects.toMatchObject(refused);
  });
});

describe('a service without the channel', () => {
  it.each([
    ['sms', 'text message'],
    ['email', 'email'],
    ['letter', 'letter'],
  ] as const)('%s neither creates nor updates its templates', async (templateType, channel) => {
    const { id: serviceId } = await aService(app);
    const { id: templateId } = await aTemplate(app, serviceId, { templateType });
    await updateService(app, { serviceId, removePermissions: [templateType] });
    await expect(updateTemplate(app, { templateId, name: 'New' })).rejects.toMatchObject({
      code: 'REFUSED',
      message: `Updating ${channel} templates is not allowed`,
    });
    await expect(aTemplate(app, serviceId, { templateType })).rejects.toMatchObject({
      code: 'REFUSED',
      message: `Creating ${channel} templates is not allowed`,
    });
  });
});

describe('an archived template', () => {
  it('is a new version, still found, and archived again without another', async () => {
    const { id: templateId } = await aTemplate(app, (await aService(app)).id);
    expect(await archiveTemplate(app, { templateId, dryRun: true })).toMatchObject({
      alreadyArchived: false,
      template: { archived: false, version: 1 },
    });
    const archived = { archived: true, version: 2 };
    expect(await archiveTemplate(app, { templateId })).toMatchObject({ alreadyArchived: false, template: archived });
    expect(await archiveTemplate(app, { templateId })).toMatchObject({ alreadyArchived: true, template: archived });
    expect(await showTemplate(app, { templateId })).toMatchObject(archived);
    expect(await showTemplate(app, { templateId, version: 1 })).toMatchObject({ archived: false });
  });

  it('takes no changes', async () => {
    const { id: templateId } = await aTemplate(app, (await aService(app)).id);
    await archiveTemplate(app, { templateId });
    await expect(updateTemplate(app, { templateId, name: 'New' })).rejects.toMatchObject({
      code: 'REFUSED',
      message: 'Template has been deleted',
    });
  });
});

describe('redaction', () => {
  it('is switched on for good, without a version', async () => {
    const { id: templateId } = await aTemplate(app, (await aService(app)).id);
    expect(await isTemplateRedacted(app, templateId)).toBe(false);
    expect(await redactTemplate(app, { templateId })).toMatchObject({ alreadyRedacted: false });
    expect(await redactTemplate(app, { templateId })).toMatchObject({
      alreadyRedacted: true,
      template: { version: 1 },
    });
    expect(await isTemplateRedacted(app, templateId)).toBe(true);
    await updateTemplate(app, { templateId, name: 'New' });
    expect(await isTemplateRedacted(app, templateId)).toBe(true);
  });
});

it.each([
  ['updateTemplate', (templateId: string) => updateTemplate(app, { templateId, name: 'x' })],
  ['archiveTemplate', (templateId: string) => archiveTemplate(app, { templateId })],
  ['redactTemplate', (templateId: string) => redactTemplate(app, { templateId })],
  ['listTemplateVersions', (templateId: string) => listTemplateVersions(app, { templateId })],
])('%s says that there is no such template', async (_, call) => {
  const templateId = app.ids.uuid();
  const notFound = { code: 'NOT_FOUND', message: `No template has the id '${templateId}'` };
  await expect(call(templateId)).rejects.toMatchObject(notFound);
});
