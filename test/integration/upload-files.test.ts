import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomUUID } from 'node:crypto';
import { readUploadedText } from '../../src/lib/recipients/csv/csv-source.ts';
import { createFolderStore } from '../../src/lib/storage/folder-store.ts';
import type { ObjectStore } from '../../src/lib/storage/object-store.ts';
import { createS3Store } from '../../src/lib/storage/s3-store.ts';
import {
  contactListSource,
  copyContactListToUpload,
  deleteContactList,
  openContactList,
  readContactListMetadata,
  setContactListMetadata,
  storeContactList,
} from '../../src/lib/uploads/contact-list-file.ts';
import { uploadKey } from '../../src/lib/uploads/stored-csv.ts';
import {
  deleteUpload,
  openUpload,
  readUploadMetadata,
  setUploadMetadata,
  storeUpload,
  uploadSource,
} from '../../src/lib/uploads/upload-file.ts';
import { temporaryFolder } from '../support/folders.ts';
import { useS3Server } from '../support/s3-server.ts';

const s3 = useS3Server('notify');

const kinds: Record<string, () => Promise<ObjectStore>> = {
  folder: async () => createFolderStore(join(await temporaryFolder(), 'files')),
  s3: async () => createS3Store({ bucket: 'notify', endpoint: s3.endpoint, region: null }),
};

const serviceId = randomUUID();
const templateId = randomUUID();
const csv = 'phone number\r\n07900900123\r\n';
const unreadable = ['not-a-uuid', '../../etc/passwd', '', 'a/b'];

const content = (...pieces: (string | Uint8Array)[]): Readable => Readable.from(pieces);

it('is kept under the key of the service and the upload', () => {
  expect(uploadKey({ serviceId: 'a', uploadId: 'b' })).toBe('service-a-notify/b.csv');
});

describe.each(Object.keys(kinds))('in a store of kind %s', (kind) => {
  let storage: ObjectStore;
  beforeAll(async () => {
    storage = await kinds[kind]!();
  });
  afterAll(() => storage.close());

  async function upload(originalFileName = 'people.csv', pieces: (string | Uint8Array)[] = [csv]) {
    const file = { serviceId, uploadId: randomUUID() };
    await storeUpload(storage, { ...file, originalFileName, content: content(...pieces) });
    return file;
  }

  async function contactList(pieces: (string | Uint8Array)[] = [csv]) {
    const list = { serviceId, contactListId: randomUUID() };
    await storeContactList(storage, { ...list, originalFileName: 'team.csv', content: content(...pieces) });
    return list;
  }

  it('an upload has its name only, until it is checked', async () => {
    const file = await upload();
    expect(await text((await openUpload(storage, file))!)).toBe(csv);
    expect(await readUploadMetadata(storage, file)).toEqual({
      originalFileName: 'people.csv',
      notificationCount: null,
      templateId: null,
      valid: null,
      senderId: null,
    });
  });

  it('a checked upload has all its metadata as text', async () => {
    const file = await upload();
    const senderId = randomUUID();
    const checked = { originalFileName: 'people.csv', notificationCount: 12_345, templateId, senderId };
    expect(await setUploadMetadata(storage, file, checked)).toBe(true);
    expect(await readUploadMetadata(storage, file)).toEqual({ ...checked, valid: true });
    expect((await storage.head('csv-uploads', uploadKey(file)))!.metadata).toEqual({
      original_file_name: 'people.csv',
      notification_count: '12345',
      template_id: templateId,
      valid: 'True',
      sender_id: senderId,
    });
    expect(await text((await openUpload(storage, file))!)).toBe(csv);
  });

  it('metadata set again replace all earlier ones', async () => {
    const file = await upload();
    const checked = { originalFileName: 'a.csv', notificationCount: 1, templateId, senderId: randomUUID() };
    await setUploadMetadata(storage, file, checked);
    await setUploadMetadata(storage, file, { ...checked, originalFileName: 'b.csv', senderId: null });
    expect((await storage.head('csv-uploads', uploadKey(file)))!.metadata).toEqual({
      original_file_name: 'b.csv',
      notification_count: '1',
      template_id: templateId,
      valid: 'True',
    });
  });

  it.each([
    ['Zoë’s “list” – 2026.csv', 'Zoe\'s "list" - 2026.csv'],
    ['名前🎉.csv', '???.csv'],
    [`${'a'.repeat(1600)}.csv`, 'a'.repeat(1600)],
    [`${'…'.repeat(600)}.csv`, '.'.repeat(1600)],
    ['50% off.csv', '50% off.csv'],
  ])('names of files are kept in ASCII: %.20s', async (originalFileName, kept) => {
    const file = await upload(originalFileName);
    expect(await readUploadMetadata(storage, file)).toMatchObject({ originalFileName: kept });
    await setUploadMetadata(storage, file, { originalFileName, notificationCount: 1, templateId, senderId: null });
    expect(await readUploadMetadata(storage, file)).toMatchObject({ originalFileName: kept });
  });

  it.each([
    ['True', true],
    ['true', false],
    ['False', false],
    ['1', false],
    ['', false],
  ])('only True is valid, %j is not', async (valid, expected) => {
    const file = { serviceId, uploadId: randomUUID() };
    const metadata = { valid, notification_count: 'many', template_id: 'no uuid' };
    await storage.put('csv-uploads', uploadKey(file), Buffer.from(csv), { metadata });
    expect(await readUploadMetadata(storage, file)).toEqual({
      originalFileName: null,
      notificationCount: null,
      templateId: 'no uuid',
      valid: expected,
      senderId: null,
    });
  });

  it('says null for what is not there, and for ids that are none', async () => {
    for (const uploadId of [randomUUID(), ...unreadable]) {
      const file = { serviceId, uploadId };
      expect(await readUploadMetadata(storage, file)).toBeNull();
      expect(await openUpload(storage, file)).toBeNull();
      const checked = { originalFileName: 'a.csv', notificationCount: 1, templateId, senderId: null };
      expect(await setUploadMetadata(storage, file, checked)).toBe(false);
      const list = { serviceId, contactListId: uploadId };
      expect(await readContactListMetadata(storage, list)).toBeNull();
      expect(await openContactList(storage, list)).toBeNull();
      expect(await copyContactListToUpload(storage, { ...list, uploadId: randomUUID() })).toBe(false);
      await deleteUpload(storage, file);
      await deleteContactList(storage, list);
    }
    const { uploadId } = await upload();
    expect(await readUploadMetadata(storage, { serviceId: randomUUID(), uploadId })).toBeNull();
  });

  it('finds an upload by any spelling of its id', async () => {
    const file = await upload();
    const loud = { serviceId: serviceId.toUpperCase(), uploadId: file.uploadId.toUpperCase() };
    expect(await readUploadMetadata(storage, loud)).toMatchObject({ originalFileName: 'people.csv' });
  });

  it('stores nothing under an id that is none', async () => {
    for (const uploadId of unreadable) {
      const file = { serviceId, uploadId, originalFileName: 'a.csv', content: content(csv) };
      await expect(storeUpload(storage, file)).rejects.toThrow(RangeError);
    }
  });

  it('keeps nothing of an upload that breaks off', async () => {
    const file = { serviceId, uploadId: randomUUID() };
    const broken = (async function* () {
      yield csv;
      throw new Error('no more');
    })();
    await expect(storeUpload(storage, { ...file, originalFileName: 'a.csv', content: broken })).rejects.toThrow(
      'no more',
    );
    expect(await readUploadMetadata(storage, file)).toBeNull();
  });

  it('reads stored files that line ends have made larger than any upload', async () => {
    const file = await upload(
      'large.csv',
      Array.from({ length: 11 }, () => '\r\n'.repeat(524_288)),
    );
    let length = 0;
    for await (const piece of readUploadedText(uploadSource(storage, file))) length += piece.length;
    expect(length).toBe(11 * 1024 * 1024);
  });

  it('tells the reader of rows that a file is gone', async () => {
    const file = await upload();
    const list = await contactList();
    await deleteUpload(storage, file);
    await deleteContactList(storage, list);
    for (const source of [uploadSource(storage, file), contactListSource(storage, list)]) {
      await expect(Array.fromAsync(source.open())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('a contact list has metadata of its own', async () => {
    const list = await contactList();
    expect(await readContactListMetadata(storage, list)).toEqual({
      originalFileName: 'team.csv',
      rowCount: null,
      templateType: null,
      valid: null,
    });
    const checked = { originalFileName: 'team.csv', rowCount: 1, templateType: 'sms' } as const;
    expect(await setContactListMetadata(storage, list, checked)).toBe(true);
    expect(await readContactListMetadata(storage, list)).toEqual({ ...checked, valid: true });
    const key = uploadKey({ serviceId, uploadId: list.contactListId });
    expect((await storage.head('contact-lists', key))!.metadata).toEqual({
      original_file_name: 'team.csv',
      row_count: '1',
      template_type: 'sms',
      valid: 'True',
    });
    expect(await readUploadMetadata(storage, { serviceId, uploadId: list.contactListId })).toBeNull();
  });

  it.each<[string, (string | Uint8Array)[], string]>([
    ['in pieces', [' \r\n', '\u3000', 'a', ' ', '\n', 'b', '\r\n', '\r\n', '\u2028 '], 'a \nb'],
    ['within a character', [Buffer.from([0x20, 0xc3]), Buffer.from([0xa9, 0x20])], 'é'],
    ['at once', [`\n${csv}\n\n`], csv.trim()],
    ['of nothing else', [' \n', ' '], ''],
  ])('a copied contact list loses the white space around it: %s', async (_name, pieces, expected) => {
    const list = await contactList(pieces);
    const checked = { originalFileName: 'team.csv', rowCount: 1, templateType: 'sms' } as const;
    await setContactListMetadata(storage, list, checked);
    const uploadId = randomUUID();
    expect(await copyContactListToUpload(storage, { ...list, uploadId })).toBe(true);
    expect((await buffer((await openUpload(storage, { serviceId, uploadId }))!)).toString()).toBe(expected);
    expect((await storage.head('csv-uploads', uploadKey({ serviceId, uploadId })))!.metadata).toEqual({
      original_file_name: 'team.csv',
      row_count: '1',
      template_type: 'sms',
      valid: 'True',
    });
    expect(await readContactListMetadata(storage, list)).toMatchObject(checked);
  });
});
