import { describe, expect, it } from 'vitest';
import { saveInboundNumber } from '../../src/lib/inbound/save-inbound-number.ts';
import { addSender } from '../../src/lib/services/add-sender.ts';
import { archiveSender } from '../../src/lib/services/archive-sender.ts';
import type { Sender, SenderType } from '../../src/lib/services/sender.ts';
import { listSenders } from '../../src/lib/services/show-senders.ts';
import { updateSender } from '../../src/lib/services/update-sender.ts';
import { releaseLetterContact } from '../../src/lib/templates/release-letter-contact.ts';
import { listTemplateVersions, showTemplate } from '../../src/lib/templates/show-template.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';

const app = useTestApp();

const archive = (senderId: string): ReturnType<typeof archiveSender> =>
  archiveSender(app, { senderId, releaseLetterContact });

async function valuesOf(serviceId: string, type: SenderType): Promise<string[]> {
  const senders = await listSenders(app, { serviceId, type });
  return senders.map(({ value, isDefault }) => (isDefault ? `${value} (default)` : value));
}

/** A service that has a default and another one of each type. */
async function aServiceWithSenders(): Promise<{ id: string; senders: Record<SenderType, [Sender, Sender]> }> {
  const { id } = await aService(app, { smsSender: 'FIRST' });
  const [sms] = await listSenders(app, { serviceId: id });
  const add = (type: SenderType, value: string, isDefault: boolean): Promise<Sender> =>
    addSender(app, { serviceId: id, type, value, isDefault });
  return {
    id,
    senders: {
      sms: [sms!, await add('sms', 'SECOND', false)],
      email: [await add('email', 'first@example.com', true), await add('email', 'second@example.com', false)],
      letter: [await add('letter', ' 1 High Street\nTown ', true), await add('letter', '2 Low Road', false)],
    },
  };
}

const types = ['sms', 'email', 'letter'] as const;

describe('senders', () => {
  it('are listed by type, the default first, then the newest', async () => {
    const { id } = await aServiceWithSenders();
    await addSender(app, { serviceId: id, type: 'sms', value: 'THIRD', isDefault: false });
    const senders = await listSenders(app, { serviceId: id });
    expect(senders.map(({ type, value, isDefault, archived }) => [type, value, isDefault, archived])).toEqual([
      ['sms', 'FIRST', true, false],
      ['sms', 'THIRD', false, false],
      ['sms', 'SECOND', false, false],
      ['email', 'first@example.com', true, false],
      ['email', 'second@example.com', false, false],
      ['letter', '1 High Street\nTown', true, false],
      ['letter', '2 Low Road', false, false],
    ]);
  });

  it.each(types)('of %s: a new default takes the place of the old one', async (type) => {
    const { id } = await aServiceWithSenders();
    const value = { sms: 'NEW', email: 'new@example.com', letter: 'New Lane' }[type];
    await addSender(app, { serviceId: id, type, value, isDefault: true });
    const values = await valuesOf(id, type);
    expect(values[0]).toBe(`${value} (default)`);
    expect(values.filter((text) => text.endsWith('(default)'))).toHaveLength(1);
  });

  it.each(types)('of %s: another becomes the default, and the text changes', async (type) => {
    const { id, senders } = await aServiceWithSenders();
    const [, second] = senders[type];
    const value = { sms: 'NEW', email: 'new@example.com', letter: 'New Lane' }[type];
    const { sender, isChanged } = await updateSender(app, { senderId: second.id, value, isDefault: true });
    expect(sender).toMatchObject({ id: second.id, value, isDefault: true, updatedAt: expect.any(Date) });
    expect(isChanged).toBe(true);
    expect((await valuesOf(id, type))[0]).toBe(`${value} (default)`);
    const again = await updateSender(app, { senderId: second.id, value, isDefault: true });
    expect(again).toEqual({ sender, isChanged: false });
  });

  it.each(types)('of %s: one that is not the default can be archived, twice as well as once', async (type) => {
    const { id, senders } = await aServiceWithSenders();
    const [first, second] = senders[type];
    const { sender, alreadyArchived } = await archive(second.id);
    expect(sender).toMatchObject({ id: second.id, archived: true });
    expect(alreadyArchived).toBe(false);
    expect(await archive(second.id)).toEqual({ sender, alreadyArchived: true });
    expect(await valuesOf(id, type)).toEqual([`${first.value} (default)`]);
    await expect(updateSender(app, { senderId: second.id, isDefault: true })).rejects.toMatchObject({
      code: 'REFUSED',
      message: 'This sender is archived',
    });
  });

  it('of several at once: one default is left', async () => {
    const { id } = await aServiceWithSenders();
    const values = ['AAA', 'BBB', 'CCC', 'DDD'];
    await Promise.all(values.map((value) => addSender(app, { serviceId: id, type: 'sms', value, isDefault: true })));
    const defaults = (await valuesOf(id, 'sms')).filter((text) => text.endsWith('(default)'));
    expect(defaults).toHaveLength(1);
  });
});

describe('a sender is refused', () => {
  const noDefault = {
    sms: 'You must have at least one SMS sender as the default.',
    email: 'You must have at least one reply to email address as the default.',
  };

  it('when the first reply-to address is not the default', async () => {
    const { id } = await aService(app);
    const first = { serviceId: id, type: 'email', value: 'a@example.com' } as const;
    await expect(addSender(app, { ...first, isDefault: false })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      message: noDefault.email,
    });
  });

  it.each(['sms', 'email'] as const)('when no default of %s would be left', async (type) => {
    const { id, senders } = await aServiceWithSenders();
    await expect(updateSender(app, { senderId: senders[type][0].id, isDefault: false })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      message: noDefault[type],
    });
    expect((await valuesOf(id, type))[0]).toBe(`${senders[type][0].value} (default)`);
  });

  it.each([
    ['sms', 'You cannot delete a default sms sender'],
    ['email', 'You cannot delete a default email reply to address'],
  ] as const)('when the default of %s is to be archived', async (type, message) => {
    const { senders } = await aServiceWithSenders();
    await expect(archive(senders[type][0].id)).rejects.toMatchObject({ code: 'REQUEST_INVALID', message });
  });

  it('when a reply-to address is there already', async () => {
    const { id } = await aServiceWithSenders();
    const input = { serviceId: id, type: 'email', value: 'second@example.com', isDefault: false } as const;
    await expect(addSender(app, input)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: '‘second@example.com’ is already a reply-to email address for this service.',
    });
  });

  it.each([
    ['sms', 'twelve chars', "'twelve chars' cannot be a text message sender: expected 3 to 11 letters"],
    ['sms', 'ab', "'ab' cannot be a text message sender"],
    ['email', 'nobody', "The reply-to address 'nobody' is not a valid email address"],
    ['letter', ' \n ', 'A letter contact block cannot be empty'],
  ] as const)('when the text of %s is %j', async (type, value, message) => {
    const { id, senders } = await aServiceWithSenders();
    const error = { code: 'USAGE_INVALID', message: expect.stringContaining(message) };
    await expect(addSender(app, { serviceId: id, type, value, isDefault: true })).rejects.toMatchObject(error);
    await expect(updateSender(app, { senderId: senders[type][1].id, value })).rejects.toMatchObject(error);
  });

  it('when it is not there, or belongs to another service or type', async () => {
    const { senders } = await aServiceWithSenders();
    const { id } = senders.sms[1];
    const other = await aService(app);
    const notFound = {
      code: 'NOT_FOUND',
      message: `No text message sender, reply-to address or letter contact has the id '${id}'`,
    };
    await expect(updateSender(app, { senderId: id, serviceId: other.id, value: 'NEW' })).rejects.toMatchObject(
      notFound,
    );
    await expect(updateSender(app, { senderId: id, type: 'email', value: 'a@b.uk' })).rejects.toMatchObject(notFound);
    await expect(archive(app.ids.uuid())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('an inbound number', () => {
  it('keeps its text and cannot be archived, but need not be the default', async () => {
    const { id: serviceId } = await aServiceWithSenders();
    const number = '07700900888';
    const inboundNumberId = app.ids.uuid();
    await saveInboundNumber(app, { id: inboundNumberId, number, provider: 'sandbox', serviceId });
    const sender = await addSender(app, { serviceId, type: 'sms', value: number, isDefault: false, inboundNumberId });
    expect(sender).toMatchObject({ value: number, inboundNumberId });

    await expect(updateSender(app, { senderId: sender.id, value: 'OTHER' })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      message: `You can not change the inbound number for service ${serviceId}`,
    });
    await expect(archive(sender.id)).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      message: 'You cannot delete an inbound number',
    });
    await updateSender(app, { senderId: sender.id, isDefault: true });
    await expect(archive(sender.id)).rejects.toMatchObject({ message: 'You cannot delete an inbound number' });
    expect(await valuesOf(serviceId, 'sms')).toEqual([`${number} (default)`, 'SECOND', 'FIRST']);
  });
});

describe('a letter contact', () => {
  it('can stop being the default, and go although it is', async () => {
    const { id, senders } = await aServiceWithSenders();
    const [first, second] = senders.letter;
    await updateSender(app, { senderId: first.id, isDefault: false });
    expect(await valuesOf(id, 'letter')).toEqual([second.value, first.value]);
    await updateSender(app, { senderId: first.id, isDefault: true });
    await archive(first.id);
    expect(await valuesOf(id, 'letter')).toEqual([second.value]);
  });

  it('that goes leaves its templates without one, as a new version', async () => {
    const { id, senders } = await aServiceWithSenders();
    const [first, second] = senders.letter;
    const using = (letterContactId: string): ReturnType<typeof aTemplate> =>
      aTemplate(app, id, { templateType: 'letter', letterContactId });
    const [template, other] = [await using(first.id), await using(second.id)];
    await archive(first.id);
    expect(await showTemplate(app, { templateId: template.id })).toMatchObject({ letterContactId: null, version: 2 });
    const versions = await listTemplateVersions(app, { templateId: template.id });
    expect(versions.map(({ letterContactId }) => letterContactId)).toEqual([null, first.id]);
    expect(await showTemplate(app, { templateId: other.id })).toMatchObject({ letterContactId: second.id, version: 1 });
  });
});
