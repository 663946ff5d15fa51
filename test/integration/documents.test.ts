import { describe, expect, it } from 'vitest';
import { SQL } from 'sql-template-strings';
import { attachFiles, readFileUploads } from '../../src/lib/documents/attach-files.ts';
import { authenticateDocument } from '../../src/lib/documents/authenticate-document.ts';
import { deleteExpiredDocuments } from '../../src/lib/documents/delete-expired-documents.ts';
import { decodeId, decodeKey, type DocumentKey } from '../../src/lib/documents/document-link.ts';
import { openDocument } from '../../src/lib/documents/open-document.ts';
import { showDocument } from '../../src/lib/documents/show-document.ts';
import type { JsonObject } from '../../src/lib/core/json.ts';
import { createTestClock } from '../server/test-clock.ts';
import { aService } from '../support/builders.ts';
import { createTestApp, useTestApp } from '../support/test-app.ts';

const clock = createTestClock('2026-03-01T12:00:00Z');
const app = useTestApp({ clock });
const day = 24 * 60 * 60 * 1000;
const baseUrl = 'https://files.example';
const recipient = 'someone@example.com';
const content = 'The content of the file';

/** Attaches files for a service that may send them. */
async function attach(
  files: Readonly<Record<string, JsonObject>>,
  {
    contactLink = 'https://example.com/contact',
    simulated = false,
  }: { contactLink?: string | null; simulated?: boolean } = {},
): Promise<{ serviceId: string; links: Readonly<Record<string, string>>; count: number | null }> {
  const service = await aService(app, { contactLink });
  const uploads = readFileUploads(files);
  const { personalisation, count } = await attachFiles(app, { service, uploads, recipient, simulated, baseUrl });
  return { serviceId: service.id, links: personalisation, count };
}

async function attachOne(members: JsonObject = {}): Promise<DocumentKey> {
  const { links } = await attach({ file: { file: Buffer.from(content).toString('base64'), ...members } });
  return openingOf(links['file']!);
}

function openingOf(link: string): DocumentKey {
  const [, serviceId, documentId, key] = /\/d\/([\w-]{22})\/([\w-]{22})\?key=([\w-]{43})$/.exec(link)!;
  return { serviceId: decodeId(serviceId!)!, documentId: decodeId(documentId!)!, key: decodeKey(key!)! };
}

async function countRows(serviceId: string): Promise<number> {
  const { rows } = await app.db.query<{ count: number }>(
    SQL`SELECT count(*)::integer AS count FROM documents WHERE service_id = ${serviceId}`,
  );
  return rows[0]!.count;
}

describe('attaching files', () => {
  it('puts a link in the place of each file', async () => {
    const { serviceId, links, count } = await attach({
      first: { file: Buffer.from('one').toString('base64'), confirm_email_before_download: false },
      second: { file: Buffer.from('two').toString('base64'), confirm_email_before_download: false },
    });
    expect(count).toBe(2);
    expect(Object.keys(links)).toEqual(['first', 'second']);
    for (const [key, text] of [
      ['first', 'one'],
      ['second', 'two'],
    ] as const) {
      expect(links[key]).toMatch(/^https:\/\/files\.example\/d\//);
      const opening = openingOf(links[key]!);
      expect(opening.serviceId).toBe(serviceId);
      const opened = await openDocument(app, { ...opening, token: null });
      expect(opened?.content.toString()).toBe(text);
    }
  });

  it('does nothing without files, not even for a service without contact details', async () => {
    expect(await attach({}, { contactLink: null })).toMatchObject({ links: {}, count: null });
  });

  it.each([null, ''])('refuses a service whose contact link is %j', async (contactLink) => {
    for (const simulated of [false, true]) {
      const service = await aService(app, { contactLink });
      const uploads = readFileUploads({ file: { file: '!' } });
      const attaching = attachFiles(app, { service, uploads, recipient, simulated, baseUrl });
      await expect(attaching).rejects.toMatchObject({
        code: 'REQUEST_INVALID',
        message: `Send files by email has not been set up - add contact details for your service at https://files.example/services/${service.id}/service-settings/send-files-by-email`,
      });
    }
  });

  it('names the console where the contact details are set', async () => {
    const service = await aService(app);
    const deps = { ...app, config: { adminUrl: 'https://console.example/notify' } };
    const uploads = readFileUploads({ file: { file: '' } });
    await expect(attachFiles(deps, { service, uploads, recipient, simulated: false, baseUrl })).rejects.toThrow(
      `at https://console.example/notify/services/${service.id}/service-settings/send-files-by-email`,
    );
  });

  it('stores nothing for a simulated recipient, whatever the file is', async () => {
    const { serviceId, links, count } = await attach({ a: { file: '!' }, b: { file: '' } }, { simulated: true });
    const link = `https://files.example/services/${serviceId}/documents/test-document`;
    expect({ links, count }).toEqual({ links: { a: link, b: link }, count: 2 });
    expect(await countRows(serviceId)).toBe(0);
  });

  it('stores none of them when one is refused', async () => {
    const service = await aService(app, { contactLink: 'help@example.com' });
    const uploads = readFileUploads({ good: { file: 'YQ==' }, bad: { file: 'YQ==', filename: 'a.exe' } });
    await expect(attachFiles(app, { service, uploads, recipient, simulated: false, baseUrl })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      message: expect.stringMatching(/^Unsupported file type '\.exe'/) as string,
    });
    expect(await countRows(service.id)).toBe(0);
  });
});

describe('what is kept', () => {
  it('can be read with the key of the link only', async () => {
    const opening = await attachOne({ filename: 'private.txt', confirm_email_before_download: false });
    const { serviceId, documentId, key } = opening;
    const sealed = (await app.storage.read('documents', `${serviceId}/${documentId}`))!;
    const { rows } = await app.db.query(SQL`SELECT * FROM documents WHERE id = ${documentId}`);
    for (const secret of [content, key, key.toString('hex'), key.toString('base64'), 'private', recipient]) {
      expect(sealed.includes(secret)).toBe(false);
      expect(JSON.stringify(rows[0])).not.toContain(secret.toString());
    }
    expect(rows[0]).toMatchObject({ mimetype: 'text/plain', extension: 'txt', size_bytes: content.length });
  });

  it('is damaged when it was changed, or is another document', async () => {
    const first = await attachOne({ confirm_email_before_download: false });
    const second = await attachOne({ confirm_email_before_download: false });
    const place = (of: DocumentKey) => ({ area: 'documents', key: `${of.serviceId}/${of.documentId}` }) as const;
    const sealed = (await app.storage.read('documents', place(first).key))!;
    sealed[20]! ^= 1;
    await app.storage.put('documents', place(first).key, sealed);
    await expect(openDocument(app, { ...first, token: null })).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
    await app.storage.copy(place(second), place(first));
    await expect(openDocument(app, { ...first, token: null })).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
    expect((await openDocument(app, { ...second, token: null }))?.content.toString()).toBe(content);
  });

  it('opens to no other key and for no other service', async () => {
    const opening = await attachOne({ confirm_email_before_download: false });
    const wrong = { ...opening, key: Buffer.alloc(32), token: null };
    const refusal = { code: 'REQUEST_INVALID', message: 'Invalid decryption key' };
    await expect(openDocument(app, wrong)).rejects.toMatchObject(refusal);
    await expect(showDocument(app, wrong)).rejects.toMatchObject(refusal);
    await expect(authenticateDocument(app, { ...wrong, emailAddress: recipient })).rejects.toMatchObject(refusal);
    const elsewhere = { ...opening, serviceId: (await aService(app)).id };
    expect(await openDocument(app, { ...elsewhere, token: null })).toBeNull();
    expect(await showDocument(app, elsewhere)).toBeNull();
    expect(await authenticateDocument(app, { ...elsewhere, emailAddress: recipient })).toBeNull();
  });

  it('is not there when the process was killed before the content was stored', async () => {
    const opening = await attachOne({ confirm_email_before_download: false });
    await app.storage.delete('documents', `${opening.serviceId}/${opening.documentId}`);
    expect(await openDocument(app, { ...opening, token: null })).toBeNull();
  });
});

describe('confirming the address', () => {
  it('gives the token that opens the file', async () => {
    const opening = await attachOne();
    expect(await showDocument(app, opening)).toMatchObject({ verifyEmail: true });
    const closed = { code: 'DOCUMENT_ADDRESS_WRONG', message: 'Authentication failure' };
    await expect(openDocument(app, { ...opening, token: null })).rejects.toMatchObject(closed);
    await expect(authenticateDocument(app, { ...opening, emailAddress: 'else@example.com' })).rejects.toMatchObject(
      closed,
    );
    const access = await authenticateDocument(app, { ...opening, emailAddress: ' SomeOne@Example.COM ' });
    const opened = await openDocument(app, { ...opening, token: access!.token });
    expect(opened?.content.toString()).toBe(content);
  });

  it('gives one for this document and an hour only', async () => {
    const opening = await attachOne();
    const { token } = (await authenticateDocument(app, { ...opening, emailAddress: recipient }))!;
    const other = await attachOne();
    const foreign = (await authenticateDocument(app, { ...other, emailAddress: recipient }))!.token;
    const [until, digest] = token.split('.') as [string, string];
    const changed = `${digest.startsWith('A') ? 'B' : 'A'}${digest.slice(1)}`;
    for (const bad of [
      '',
      foreign,
      `${Number(until) + 1}.${digest}`,
      `${until}.${changed}`,
      digest,
      `${token}x`,
      ` ${token}`,
    ]) {
      await expect(openDocument(app, { ...opening, token: bad })).rejects.toMatchObject({
        code: 'DOCUMENT_ADDRESS_WRONG',
      });
    }
    expect(await openDocument(app, { ...opening, token })).not.toBeNull();
    clock.advance(60 * 60 * 1000);
    await expect(openDocument(app, { ...opening, token })).rejects.toMatchObject({ code: 'DOCUMENT_ADDRESS_WRONG' });
  });

  it('is tried 50 times in 5 minutes, by all processes together', async () => {
    const other = await createTestApp({ databaseUrl: app.databaseUrl, clock });
    try {
      const opening = { ...(await attachOne()), emailAddress: 'else@example.com' };
      const untouched = await attachOne();
      const tries = Array.from({ length: 50 }, (_, n) => authenticateDocument([app, other][n % 2]!, opening));
      for (const { status, reason } of (await Promise.allSettled(tries)) as PromiseRejectedResult[])
        expect({ status, code: (reason as { code: string }).code }).toEqual({
          status: 'rejected',
          code: 'DOCUMENT_ADDRESS_WRONG',
        });
      const right = { ...opening, emailAddress: recipient };
      for (const process of [app, other]) {
        const refusal = { code: 'DOCUMENT_TRIES_USED_UP', message: 'Too many requests' };
        await expect(authenticateDocument(process, right)).rejects.toMatchObject(refusal);
      }
      expect(await authenticateDocument(app, { ...untouched, emailAddress: recipient })).not.toBeNull();
      clock.advance(300 * 1000);
      expect(await authenticateDocument(app, right)).not.toBeNull();
    } finally {
      await other.close();
    }
  });
});

describe('the end of its time', () => {
  it('comes after the weeks that were asked for', async () => {
    const one = await attachOne({ retention_period: '1 week', confirm_email_before_download: false });
    const usual = await attachOne({ confirm_email_before_download: false });
    clock.advance(7 * day - 1);
    expect(await openDocument(app, { ...one, token: null })).not.toBeNull();
    clock.advance(1);
    expect(await openDocument(app, { ...one, token: null })).toBeNull();
    expect(await showDocument(app, one)).toBeNull();
    clock.advance(25 * 7 * day - 1);
    expect(await openDocument(app, { ...usual, token: null })).not.toBeNull();
    clock.advance(1);
    expect(await openDocument(app, { ...usual, token: null })).toBeNull();
  });

  it('deletes row and content of all that are over, and nothing else', async () => {
    const uploads = readFileUploads({ file: { file: 'YQ==', retention_period: '2 weeks' } });
    const service = await aService(app, { contactLink: 'https://example.com' });
    const kept = await attachOne({ retention_period: '3 weeks' });
    // More than one batch.
    const each = Array.from({ length: 230 }, () =>
      attachFiles(app, { service, uploads, recipient, simulated: false, baseUrl }),
    );
    await Promise.all(each);
    const listed = (): Promise<unknown[]> => Array.fromAsync(app.storage.list('documents', `${service.id}/`));
    clock.advance(14 * day - 1);
    await deleteExpiredDocuments(app);
    expect([await countRows(service.id), (await listed()).length]).toEqual([230, 230]);
    clock.advance(1);
    expect(await deleteExpiredDocuments(app)).toBe(230);
    expect([await countRows(service.id), (await listed()).length]).toEqual([0, 0]);
    expect(await app.storage.head('documents', `${kept.serviceId}/${kept.documentId}`)).not.toBeNull();
    expect(await deleteExpiredDocuments(app)).toBe(0);
  });
});
