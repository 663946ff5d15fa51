import { beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/lib/core/errors.ts';
import { acceptTemplatedLetter } from '../../src/lib/letters/accept-templated-letter.ts';
import { letterFileName, letterFolder, scanPlace } from '../../src/lib/letters/letter-file.ts';
import { sanitiseLetter, sanitiseLetterTask } from '../../src/lib/letters/sanitise-letter.ts';
import { createPdfNormaliser } from '../../src/lib/letters/sanitise/pdf-normaliser.ts';
import type { Notification } from '../../src/lib/notifications/notification.ts';
import type { ObjectStore } from '../../src/lib/storage/object-store.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { aLetterPdf, aPdf, bytesOf, firstPage } from '../support/precompiled-pdf.ts';
import { makeJobsDue } from '../support/queue-probe.ts';
import { readPdf } from '../support/read-pdf.ts';
import { useTestApp, useTestApps } from '../support/test-app.ts';
import { startTestWorker } from '../support/test-worker.ts';
import { waitFor } from '../support/wait.ts';
import { eventsOf, liveJobs, read, whenStatus } from './delivery.ts';
import { aPrecompiledLetter, filesOf, nameOf, runWorkersWith, startChecks } from './precompiled-letters.ts';

const anApp = useTestApps({ supervise: true });
const shared = useTestApp();
let pdf: Buffer;

beforeAll(async () => {
  pdf = await aLetterPdf({ pages: 3 });
  await startChecks(shared, pdf);
});

const name = (letter: Notification): string => letterFileName(nameOf(letter)).replace(letter.reference!, 'REF');
const printed = (letter: Notification): string => `letters/${letterFolder(letter.createdAt)}/${name(letter)}`;
const original = 'letters-originals-backup/ID.pdf';

describe('a precompiled letter', () => {
  const rows = [
    ['normal', 'created'],
    ['test', 'delivered'],
  ] as const;
  for (const [keyType, status] of rows) {
    it(`of a ${keyType} key is checked, is ${status}, and its PDF goes to where it belongs`, async () => {
      const app = await anApp();
      const letter = await aPrecompiledLetter(app, pdf, { keyType });
      expect(letter).toMatchObject({ status: 'pending-virus-check', to: 'Provided as PDF', billableUnits: 0 });
      expect(await filesOf(app, letter)).toEqual([`letters-scan/${name(letter)}`]);
      await runWorkersWith(app, shared, ['letters', 'research-mode']);
      const checked = await whenStatus(app, letter.id, status);
      expect(checked).toMatchObject({
        postage: 'first',
        to: 'Ann Example\n1 Example Street\nExampletown\nSW1A 1AA',
        normalisedTo: 'annexample1examplestreetexampletownsw1a1aa',
        international: false,
        billableUnits: 2,
        sentAt: null,
      });
      expect(checked.updatedAt).not.toBeNull();
      await waitFor(async () => (await liveJobs(app, letter.id)).length === 0);
      const place = keyType === 'test' ? `test-letters/${name(letter)}` : printed(letter);
      expect(await filesOf(app, letter)).toEqual([place, original]);
      const [area, ...key] = place.replace('REF', letter.reference!).split('/');
      const stored = await app.storage.read(area as 'letters', key.join('/'));
      expect((await readPdf(stored!)).pages[0]!.lines).toEqual(expect.arrayContaining(['NOTIFY', 'SW1A 1AA']));
      expect(await app.storage.read('letters-originals-backup', `${letter.id}.pdf`)).toEqual(pdf);
    });
  }

  it('to another country is posted there, under a name that says so', async () => {
    const app = shared;
    const address = ['Ann', 'Weg 1', 'Berlin', 'deutschland'];
    const letter = await aPrecompiledLetter(app, await bytesOf(await aPdf([firstPage({ address })])), {
      international: true,
    });
    await sanitiseLetter(app, { notificationId: letter.id });
    const checked = await read(app, letter.id);
    expect(checked).toMatchObject({
      status: 'created',
      postage: 'europe',
      international: true,
      to: 'Ann\nWeg 1\nBerlin\nGermany',
      billableUnits: 1,
    });
    expect(await filesOf(app, checked)).toEqual([printed(checked), original]);
    expect(printed(checked)).toContain('.D.E.C.');
  });

  it('that cannot be printed fails, and its file says why', async () => {
    const app = shared;
    for (const keyType of ['normal', 'test'] as const) {
      const pages = await aPdf([firstPage(), ({ box }) => box(0, 0, 5, 5), ({ box }) => box(0, 0, 5, 5)]);
      const letter = await aPrecompiledLetter(app, await bytesOf(pages), { keyType });
      await sanitiseLetter(app, { notificationId: letter.id });
      await sanitiseLetter(app, { notificationId: letter.id });
      expect(await read(app, letter.id)).toMatchObject({
        status: 'validation-failed',
        billableUnits: 0,
        to: 'Provided as PDF',
      });
      expect(await filesOf(app, letter)).toEqual([`letters-invalid/${name(letter)}`]);
      expect((await app.storage.head('letters-invalid', letterFileName(nameOf(letter))))!.metadata).toEqual({
        validation_status: 'failed',
        message: 'content-outside-printable-area',
        invalid_pages: '[2,3]',
        page_count: '3',
      });
      expect(await eventsOf(app, letter.id)).toMatchObject([
        { event: 'gave up', detail: { reason: 'content-outside-printable-area' } },
      ]);
    }
  });

  it('may go abroad only if its service may send letters there', async () => {
    const app = shared;
    const address = ['Ann', 'Weg 1', 'Germany'];
    const letter = await aPrecompiledLetter(app, await bytesOf(await aPdf([firstPage({ address })])));
    await sanitiseLetter(app, { notificationId: letter.id });
    expect(await eventsOf(app, letter.id)).toMatchObject([{ detail: { reason: 'cant-send-international-letters' } }]);
  });

  it("is printed as the site's own program makes it", async () => {
    const app = shared;
    const letter = await aPrecompiledLetter(app, pdf);
    const pdfNormaliser = createPdfNormaliser(['sh', '-c', 'cat; echo normalised']);
    await sanitiseLetter({ ...app, pdfNormaliser }, { notificationId: letter.id });
    const { area, key } = {
      area: 'letters',
      key: printed(letter).slice('letters/'.length).replace('REF', letter.reference!),
    } as const;
    expect((await app.storage.read(area, key))!.subarray(-11).toString()).toBe('normalised\n');
  });

  const crashes: [after: string, method: keyof ObjectStore & ('copy' | 'delete' | 'put' | 'read'), calls: number][] = [
    ['before it is read', 'read', 0],
    ['before the original is kept', 'copy', 0],
    ['before the PDF is kept', 'put', 0],
    ['when it has moved on, before its PDF is brought to its place', 'copy', 1],
    ['before the sanitised file is deleted', 'delete', 0],
    ['before the scanned file is deleted', 'delete', 1],
  ];
  for (const [after, method, calls] of crashes) {
    it(`comes through when the worker dies ${after}`, async () => {
      const app = shared;
      const letter = await aPrecompiledLetter(app, pdf);
      let left = calls;
      const call = app.storage[method].bind(app.storage) as (...args: unknown[]) => unknown;
      const dies = (...args: unknown[]): unknown => (left-- > 0 ? call(...args) : Promise.reject(new Error('killed')));
      const args = { notificationId: letter.id };
      const dying = { ...app, storage: { ...app.storage, [method]: dies } };
      await expect(sanitiseLetter(dying, args)).rejects.toThrow('killed');
      await sanitiseLetter(app, args);
      await sanitiseLetter(app, args);
      expect(await read(app, letter.id)).toMatchObject({ status: 'created', billableUnits: 2 });
      expect(await filesOf(app, letter)).toEqual([printed(letter), original]);
    });
  }

  it('that was cancelled meanwhile stays cancelled, and is not printed', async () => {
    const app = shared;
    for (const when of ['before', 'during'] as const) {
      const letter = await aPrecompiledLetter(app, pdf);
      const cancel = (): Promise<unknown> =>
        app.db.query({
          text: `UPDATE notifications SET notification_status = 'cancelled' WHERE id = $1`,
          values: [letter.id],
        });
      const put: ObjectStore['put'] = async (...args) => {
        if (when === 'during') await cancel();
        return app.storage.put(...args);
      };
      if (when === 'before') await cancel();
      await sanitiseLetter({ ...app, storage: { ...app.storage, put } }, { notificationId: letter.id });
      expect(await read(app, letter.id)).toMatchObject({ status: 'cancelled', to: 'Provided as PDF' });
      expect(await filesOf(app, letter)).not.toContain(printed(letter));
    }
  });

  it('without its file ends in technical-failure, and says why', async () => {
    const app = shared;
    const letter = await aPrecompiledLetter(app, pdf);
    const { area, key } = scanPlace(nameOf(letter));
    await app.storage.delete(area, key);
    await sanitiseLetter(app, { notificationId: letter.id });
    await sanitiseLetter(app, { notificationId: letter.id });
    expect(await read(app, letter.id)).toMatchObject({ status: 'technical-failure' });
    expect(await eventsOf(app, letter.id)).toMatchObject([
      { event: 'gave up', detail: { reason: 'The file of the letter is missing' } },
    ]);
  });

  const away = async (): Promise<never> => {
    throw new AppError('STORAGE_UNAVAILABLE', 'The bucket is away');
  };

  it('is tried again while the store does not answer, and given up when retries are used up', async () => {
    const app = await anApp();
    const letter = await aPrecompiledLetter(app, pdf);
    const task = sanitiseLetterTask({ ...app, storage: { ...app.storage, read: away } });
    const worker = await startTestWorker(app, [task], {
      queues: ['letters', 'retry'],
      retrySchedules: { 'sanitise-letter': { maxRetries: 1, delays: [600] } },
    });
    await waitFor(() => worker.outcomes.length === 1);
    expect(await read(app, letter.id)).toMatchObject({ status: 'pending-virus-check' });
    expect(
      await waitFor(async () => (await liveJobs(app, letter.id)).find(({ state }) => state === 'created')),
    ).toMatchObject({
      queue: 'retry',
      attempt: 2,
      delay: 600,
    });
    await makeJobsDue(app.db);
    await whenStatus(app, letter.id, 'technical-failure');
    expect((await eventsOf(app, letter.id)).map(({ event }) => event)).toEqual([
      'attempt failed',
      'attempt failed',
      'gave up',
    ]);
    expect(await filesOf(app, letter)).toEqual([`letters-scan/${name(letter)}`]);
  });

  it('fails at once when it has moved on, and the store does not take its PDF then', async () => {
    const app = shared;
    const letter = await aPrecompiledLetter(app, pdf);
    let copies = 0;
    const copy: ObjectStore['copy'] = (...places) => ((copies += 1) === 1 ? app.storage.copy(...places) : away());
    await sanitiseLetter({ ...app, storage: { ...app.storage, copy } }, { notificationId: letter.id });
    expect(await read(app, letter.id)).toMatchObject({ status: 'technical-failure' });
    expect(await eventsOf(app, letter.id)).toMatchObject([
      { event: 'gave up', detail: { reason: 'The PDF of the letter could not be stored' } },
    ]);
  });
});

describe('the job that makes the PDF of a templated letter', () => {
  it('is not lost by workers that do not know its task', async () => {
    const app = await anApp();
    const service = await aService(app);
    const template = await aTemplate(app, service.id, { templateType: 'letter', subject: 'S', content: 'Hello' });
    const { apiKey } = await anApiKey(app, service.id);
    const { id } = await acceptTemplatedLetter(app, {
      service,
      apiKey,
      templateId: template.id,
      personalisation: { address_line_1: 'A', address_line_2: 'B', postcode: 'SW1A 1AA' },
      clientReference: null,
      requestId: null,
      idempotentAnswer: null,
    });
    await startTestWorker(app, [], { queues: ['create-letters-pdf'] });
    const waiting = await waitFor(async () => (await liveJobs(app, id)).find(({ delay }) => delay > 0));
    expect(waiting).toMatchObject({
      queue: 'create-letters-pdf',
      task: 'get-pdf-for-templated-letter',
      state: 'created',
      attempt: 1,
    });
    expect(await read(app, id)).toMatchObject({ status: 'created' });
  });
});
