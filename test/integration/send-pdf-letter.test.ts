/** PDFs that somebody uploads, looks at, and sends (letters sheet §2.3). */
import { beforeAll, describe, expect, it } from 'vitest';
import { letterPlace } from '../../src/lib/letters/letter-file.ts';
import { uploadLetterPdf, uploadPlace } from '../../src/lib/letters/precompiled-upload.ts';
import { sendPdfLetter, type SendPdfLetterInput } from '../../src/lib/letters/send-pdf-letter.ts';
import type { Service } from '../../src/lib/services/service.ts';
import { systemUserId } from '../../src/lib/users/user.ts';
import { aService } from '../support/builders.ts';
import { aLetterPdf } from '../support/precompiled-pdf.ts';
import { useTestApp } from '../support/test-app.ts';
import { aUser } from './broadcasts.ts';
import { liveJobs, read } from './delivery.ts';
import { nameOf, startChecks } from './precompiled-letters.ts';

const app = useTestApp();
let service: Service;
let pdf: Buffer;

beforeAll(async () => {
  service = await aService(app);
  pdf = await aLetterPdf({ pages: 3 });
  await startChecks(app, pdf);
});

/** A PDF that was checked before. */
async function anUpload(serviceId = service.id): Promise<string> {
  const fileId = app.ids.uuid();
  const { area, key } = uploadPlace({ serviceId, fileId });
  await app.storage.put(area, key, pdf);
  return fileId;
}

async function send(changes: Partial<SendPdfLetterInput>): Promise<{ id: string; isNew: boolean }> {
  return sendPdfLetter(app, {
    service,
    fileId: app.ids.uuid(),
    filename: 'letter.pdf',
    postage: 'second',
    createdById: await aMember(),
    recipientAddress: encodeURIComponent('Ann Example\n1 Example Street\nSW1A 1AA'),
    requestId: null,
    ...changes,
  });
}

let member: Promise<string> | null = null;

function aMember(): Promise<string> {
  return (member ??= aUser(app, service.id));
}

describe('an uploaded letter', () => {
  it('is printed as it was checked, once, however often it is sent', async () => {
    const fileId = app.ids.uuid();
    const checked = await uploadLetterPdf(app, { serviceId: service.id, fileId, pdf });
    expect(checked).toMatchObject({ message: null, pageCount: 3 });
    const place = uploadPlace({ serviceId: service.id, fileId });
    expect(await send({ fileId })).toEqual({ id: fileId, isNew: true });
    const letter = await read(app, fileId);
    expect(letter).toMatchObject({
      status: 'created',
      keyType: 'normal',
      to: 'Ann Example\n1 Example Street\nSW1A 1AA',
      normalisedTo: 'annexample1examplestreetsw1a1aa',
      billableUnits: 2,
      clientReference: 'letter.pdf',
      postage: 'second',
      international: false,
      createdById: await aMember(),
    });
    const printed = letterPlace(letter, nameOf(letter));
    expect((await app.storage.read(printed.area, printed.key))!.equals(checked.file!)).toBe(true);
    expect(await app.storage.head(place.area, place.key)).toBeNull();
    expect(await app.storage.read('letters-originals-backup', `${fileId}.pdf`)).toEqual(pdf);
    expect(await liveJobs(app, fileId)).toEqual([]);
    expect(await send({ fileId, postage: 'first' })).toEqual({ id: fileId, isNew: false });
    expect(await read(app, fileId)).toEqual(letter);
  });

  it('goes abroad with the postage that is chosen', async () => {
    const fileId = await anUpload();
    await send({ fileId, postage: 'rest-of-world' });
    expect(await read(app, fileId)).toMatchObject({ international: true, postage: 'rest-of-world' });
  });

  it('is not kept when it cannot be printed', async () => {
    const fileId = app.ids.uuid();
    const checked = await uploadLetterPdf(app, { serviceId: service.id, fileId, pdf: Buffer.from('no PDF') });
    expect(checked).toMatchObject({ message: 'unable-to-read-the-file', file: null });
    await expect(send({ fileId })).rejects.toMatchObject({ code: 'NOT_FOUND', message: 'No result found' });
  });

  it('is not found by another service, before and after it was sent', async () => {
    const other = await aService(app);
    const fileId = await anUpload(other.id);
    await expect(send({ fileId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const sent = await anUpload();
    await send({ fileId: sent });
    await app.db.query({
      text: 'INSERT INTO user_to_service (user_id, service_id) VALUES ($1, $2)',
      values: [await aMember(), other.id],
    });
    await expect(send({ service: other, fileId: sent })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  const refusals: [what: string, changes: Partial<SendPdfLetterInput>, error: object][] = [
    [
      'a postage that there is not',
      { postage: 'third' },
      {
        code: 'VALIDATION_FAILED',
        message: 'postage invalid. It must be first, second, economy, europe or rest-of-world.',
      },
    ],
    ['an address that is not encoded', { recipientAddress: '%' }, { code: 'VALIDATION_FAILED' }],
    [
      'somebody who is not on the team',
      { createdById: systemUserId },
      { code: 'REQUEST_INVALID', message: /is not part of/ },
    ],
  ];
  it.each(refusals)('is refused with %s', async (_, changes, error) => {
    const fileId = await anUpload();
    await expect(send({ fileId, ...changes })).rejects.toMatchObject(
      Object.fromEntries(
        Object.entries(error).map(([key, value]) => [
          key,
          value instanceof RegExp ? expect.stringMatching(value) : value,
        ]),
      ),
    );
  });

  it('is refused for a service that may not send letters, or is in trial mode', async () => {
    const fileId = await anUpload();
    await expect(send({ fileId, service: { ...service, permissions: ['sms'] } })).rejects.toMatchObject({
      message: 'Service is not allowed to send letters',
    });
    await expect(send({ fileId, service: { ...service, restricted: true } })).rejects.toMatchObject({
      code: 'LETTER_REFUSED',
    });
  });
});
