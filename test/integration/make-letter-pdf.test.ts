import { beforeAll, describe, expect, it } from 'vitest';
import type { KeyType } from '../../src/lib/api-keys/api-key.ts';
import { AppError } from '../../src/lib/core/errors.ts';
import type { JsonObject } from '../../src/lib/core/json.ts';
import { acceptTemplatedLetter } from '../../src/lib/letters/accept-templated-letter.ts';
import { letterPlace, nameOfLetter } from '../../src/lib/letters/letter-file.ts';
import { letterPdf } from '../../src/lib/letters/letter-pdf.ts';
import { makeLetterPdf, makeLetterPdfTask } from '../../src/lib/letters/make-letter-pdf.ts';
import { letterPagePng, previewLetterTemplate, previewStoredLetter } from '../../src/lib/letters/preview-letter-pdf.ts';
import { replayLetterPdf } from '../../src/lib/notifications/replay-letter-pdf.ts';
import type { Notification } from '../../src/lib/notifications/notification.ts';
import type { ObjectInfo, StorageArea } from '../../src/lib/storage/object-store.ts';
import { showTemplate } from '../../src/lib/templates/show-template.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { makeJobsDue } from '../support/queue-probe.ts';
import { readPdf } from '../support/read-pdf.ts';
import { useTestApp, useTestApps, type TestApp } from '../support/test-app.ts';
import { startTestWorker } from '../support/test-worker.ts';
import { waitFor } from '../support/wait.ts';
import { eventsOf, liveJobs, read, whenStatus } from './delivery.ts';

const anApp = useTestApps({ supervise: true });
/** Makes PDFs by itself. */
const working = useTestApp({ supervise: true });
/** Without workers: what it queues stays where it is. */
const app = useTestApp();

beforeAll(() => working.runWorkers(['create-letters-pdf', 'research-mode']));

interface LetterInput {
  readonly keyType?: KeyType;
  readonly content?: string;
  readonly personalisation?: JsonObject;
  readonly prepare?: (app: TestApp, ids: { serviceId: string; templateId: string }) => Promise<unknown>;
}

async function aLetter(app: TestApp, input: LetterInput = {}): Promise<Notification> {
  const { keyType = 'normal', content = 'Dear ((name))', personalisation = { name: 'Ann' } } = input;
  const service = await aService(app);
  const template = await aTemplate(app, service.id, { templateType: 'letter', subject: 'About ((name))', content });
  await input.prepare?.(app, { serviceId: service.id, templateId: template.id });
  const { apiKey } = await anApiKey(app, service.id, { keyType });
  const { id } = await acceptTemplatedLetter(app, {
    service,
    apiKey,
    templateId: template.id,
    personalisation: {
      ...{ address_line_1: 'Ann Example', address_line_2: '1 Example Street', postcode: 'sw1a1aa' },
      ...personalisation,
    },
    clientReference: null,
    requestId: null,
    idempotentAnswer: null,
  });
  return read(app, id);
}

/** Pages of this number. */
function pages(count: number): string {
  return Array.from({ length: count }, (_, page) => `page ${page + 1}`).join('\n\n***\n\n');
}

/** Where files of the letter are. */
async function filesOf({ storage }: TestApp, letter: Notification): Promise<Partial<Record<StorageArea, ObjectInfo>>> {
  const name = nameOfLetter(letter)!;
  const files: Partial<Record<StorageArea, ObjectInfo>> = {};
  for (const [keyType, status] of [
    ['normal', 'created'],
    ['test', 'delivered'],
    ['normal', 'validation-failed'],
  ] as const) {
    const { area, key } = letterPlace({ keyType, status }, name);
    const info = await storage.head(area, key);
    if (info !== null) files[area] = info;
  }
  return files;
}

async function pdfOf(app: TestApp, { id, serviceId }: Notification): Promise<Buffer> {
  return letterPdf(app, { serviceId, notificationId: id });
}

async function linesOf(pdf: Uint8Array): Promise<string[]> {
  return (await readPdf(pdf)).pages.flatMap(({ lines }) => lines);
}

describe('a letter from a template', () => {
  it('gets its PDF, and its number of sheets', async () => {
    const app = working;
    const letter = await aLetter(app, { content: pages(3) });
    const made = await waitFor(async () => {
      const now = await read(app, letter.id);
      return now.billableUnits > 0 ? now : null;
    });
    expect(made).toMatchObject({ status: 'created', billableUnits: 2, sentAt: null, sentBy: null });
    expect(Object.keys(await filesOf(app, letter))).toEqual(['letters']);
    expect(await linesOf(await pdfOf(app, letter))).toEqual(
      expect.arrayContaining(['NOTIFY', 'ANN EXAMPLE', 'SW1A 1AA', 'About Ann', 'page 3', 'Page 3 of 3']),
    );
    await waitFor(async () => (await liveJobs(app, letter.id)).length === 0);
  });

  it('of a test key gets one, too, where test letters are, and stays delivered with no sheets', async () => {
    const app = working;
    const letter = await aLetter(app, { keyType: 'test' });
    await waitFor(async () => (await liveJobs(app, letter.id)).length === 0);
    expect(await read(app, letter.id)).toEqual(letter);
    expect(Object.keys(await filesOf(app, letter))).toEqual(['test-letters']);
    expect(await linesOf(await pdfOf(app, letter))).toContain('Dear Ann');
  });

  it('has the sender it was accepted with, and the Welsh of its version', async () => {
    const letter = await aLetter(app, {
      async prepare({ db, ids }, { serviceId, templateId }) {
        const contact = ids.uuid();
        await db.query({
          text: `INSERT INTO service_letter_contacts (id, service_id, contact_block, is_default, created_at)
            VALUES ($1, $2, 'Office of ((name))', false, now())`,
          values: [contact, serviceId],
        });
        for (const table of ['templates', 'templates_history']) {
          await db.query({
            text: `UPDATE ${table} SET service_letter_contact_id = $1, letter_languages = 'welsh_then_english',
              letter_welsh_subject = 'Am ((name))', letter_welsh_content = 'Annwyl ((name))' WHERE id = $2`,
            values: [contact, templateId],
          });
        }
      },
    });
    await app.db.query(`UPDATE service_letter_contacts SET contact_block = 'Somewhere else'`);
    await makeLetterPdf(app, { notificationId: letter.id });
    const lines = await linesOf(await pdfOf(app, letter));
    expect(lines).toEqual(expect.arrayContaining(['Office of Ann', 'Am Ann', 'Annwyl Ann', 'Dear Ann']));
    expect(lines).not.toContain('Somewhere else');
    expect(await read(app, letter.id)).toMatchObject({ billableUnits: 1 });
  });

  const lengths: [pages: number, keyType: KeyType, status: string, units: number, area: string][] = [
    [10, 'normal', 'created', 5, 'letters'],
    [11, 'normal', 'validation-failed', 0, 'letters-invalid'],
    [10, 'test', 'delivered', 0, 'test-letters'],
    [11, 'test', 'delivered', 0, 'test-letters'],
  ];
  it.each(lengths)('of %i pages and a %s key is %s', async (count, keyType, status, billableUnits, area) => {
    const letter = await aLetter(app, { keyType, content: pages(count) });
    await makeLetterPdf(app, { notificationId: letter.id });
    await makeLetterPdf(app, { notificationId: letter.id });
    expect(await read(app, letter.id)).toMatchObject({ status, billableUnits });
    const files = await filesOf(app, letter);
    expect(Object.keys(files)).toEqual([area]);
    expect(Object.values(files)[0]!.metadata).toEqual(
      count > 10 ? { validation_status: 'failed', message: 'letter-too-long', page_count: '11' } : {},
    );
    expect((await readPdf(await pdfOf(app, letter))).pages).toHaveLength(count);
    const isFailed = status === 'validation-failed';
    expect((await eventsOf(app, letter.id)).map(({ detail }) => detail)).toEqual(
      isFailed ? [{ reason: 'letter-too-long' }] : [],
    );
  });

  it('made again gets the same file, in the folder of its day', async () => {
    const app = working;
    const letter = await aLetter(app);
    await waitFor(async () => (await liveJobs(app, letter.id)).length === 0);
    const first = await pdfOf(app, letter);
    const { key } = (await filesOf(app, letter)).letters!;
    await app.storage.put('letters', key, Buffer.from('damaged'));
    expect(await replayLetterPdf(app, { notificationId: letter.id })).toBe(true);
    await waitFor(async () => (await liveJobs(app, letter.id)).length === 0);
    expect((await pdfOf(app, letter)).equals(first)).toBe(true);
  });

  it.each(['cancelled', 'sending', 'delivered', 'technical-failure'] as const)(
    'that is %s already is left alone',
    async (status) => {
      const letter = await aLetter(app);
      await setStatus(app, letter, status);
      await makeLetterPdf(app, { notificationId: letter.id });
      expect(await read(app, letter.id)).toMatchObject({ status, billableUnits: 0, updatedAt: null });
      expect(await filesOf(app, letter)).toEqual({});
    },
  );

  it('that is cancelled while its PDF is made stays cancelled', async () => {
    for (const content of [pages(1), pages(11)]) {
      const letter = await aLetter(app, { content });
      const put: typeof app.storage.put = async (...args) => {
        await setStatus(app, letter, 'cancelled');
        return app.storage.put(...args);
      };
      await makeLetterPdf({ ...app, storage: { ...app.storage, put } }, { notificationId: letter.id });
      expect(await read(app, letter.id)).toMatchObject({ status: 'cancelled', billableUnits: 0, updatedAt: null });
      expect(await eventsOf(app, letter.id)).toEqual([]);
    }
  });

  it('that a worker died over is made by the next one', async () => {
    const letter = await aLetter(app);
    const put: typeof app.storage.put = async (...args) => {
      await app.storage.put(...args);
      throw new Error('killed');
    };
    const args = { notificationId: letter.id };
    await expect(makeLetterPdf({ ...app, storage: { ...app.storage, put } }, args)).rejects.toThrow('killed');
    expect(await read(app, letter.id)).toMatchObject({ billableUnits: 0 });
    await makeLetterPdf(app, args);
    expect(await read(app, letter.id)).toMatchObject({ status: 'created', billableUnits: 1 });
  });

  it('is tried again while the store does not answer, and given up when retries are used up', async () => {
    const { letterPrinter } = app;
    const retrying = await anApp();
    const letter = await aLetter(retrying);
    const put: typeof app.storage.put = async () => {
      throw new AppError('STORAGE_UNAVAILABLE', 'The bucket is away');
    };
    const task = makeLetterPdfTask({ ...retrying, letterPrinter, storage: { ...retrying.storage, put } });
    const worker = await startTestWorker(retrying, [task], {
      queues: ['create-letters-pdf', 'retry'],
      retrySchedules: { 'get-pdf-for-templated-letter': { maxRetries: 1, delays: [600] } },
    });
    await waitFor(() => worker.outcomes.length === 1);
    expect(await read(retrying, letter.id)).toMatchObject({ status: 'created' });
    await makeJobsDue(retrying.db);
    await whenStatus(retrying, letter.id, 'technical-failure');
    expect((await eventsOf(retrying, letter.id)).map(({ event }) => event)).toEqual([
      'attempt failed',
      'attempt failed',
      'gave up',
    ]);
    const failed = 'PDF not available for letters in status technical-failure';
    await expect(pdfOf(retrying, letter)).rejects.toThrow(failed);
  });

  it('without a print reference ends in technical-failure at once', async () => {
    const letter = await aLetter(app);
    await app.db.query({ text: 'UPDATE notifications SET reference = NULL WHERE id = $1', values: [letter.id] });
    await makeLetterPdf(app, { notificationId: letter.id });
    expect(await read(app, letter.id)).toMatchObject({ status: 'technical-failure' });
  });
});

describe('a preview', () => {
  it('of a template shows values, and the names of those that are missing', async () => {
    const { templateId } = await aLetter(app);
    const template = await showTemplate(app, { templateId });
    const empty = await previewLetterTemplate(app, { template, personalisation: {} });
    expect(await linesOf(empty.pdf)).toEqual(
      expect.arrayContaining(['ADDRESS LINE 1', 'ADDRESS LINE 7', 'About ((name))', 'Dear ((name))']),
    );
    const personalisation = { name: 'Ann', address_line_1: 'A', address_line_2: 'B', postcode: 'sw1a1aa' };
    const lines = await linesOf((await previewLetterTemplate(app, { template, personalisation })).pdf);
    expect(lines).toEqual(expect.arrayContaining(['A', 'B', 'SW1A 1AA', 'Dear Ann']));
    expect(lines).not.toContain('NOTIFY');
  });

  it('of a template of something else is refused', async () => {
    const service = await aService(app);
    const template = await aTemplate(app, service.id);
    await expect(previewLetterTemplate(app, { template, personalisation: {} })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
    });
  });

  it('of a letter is there before its PDF, for its own service, as pictures of its pages', async () => {
    const letter = await aLetter(app, { content: pages(2) });
    await expect(pdfOf(app, letter)).rejects.toMatchObject({ code: 'PDF_NOT_READY' });
    const { id: notificationId, serviceId } = letter;
    const { pdf, metadata } = await previewStoredLetter(app, { serviceId, notificationId });
    expect([(await readPdf(pdf)).pages.length, metadata]).toEqual([2, {}]);
    const png = await letterPagePng(app, { pdf, page: 2 });
    expect(Buffer.from(png).subarray(1, 4).toString('latin1')).toBe('PNG');
    await expect(letterPagePng(app, { pdf, page: 3 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'The letter has no page 3: it has 2',
    });
    const other = await aService(app);
    await expect(previewStoredLetter(app, { serviceId: other.id, notificationId })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

async function setStatus(app: TestApp, { id }: Notification, status: string): Promise<void> {
  await app.db.query({
    text: 'UPDATE notifications SET notification_status = $2 WHERE id = $1',
    values: [id, status],
  });
}
