import { describe, expect, it } from 'vitest';
import type { KeyType } from '../../src/lib/api-keys/api-key.ts';
import { AppError } from '../../src/lib/core/errors.ts';
import { acceptPrecompiledLetter } from '../../src/lib/letters/accept-precompiled-letter.ts';
import { acceptTemplatedLetter } from '../../src/lib/letters/accept-templated-letter.ts';
import { letterFileName, letterPlace, scanPlace } from '../../src/lib/letters/letter-file.ts';
import { sanitiseLetter, sanitiseLetterTask } from '../../src/lib/letters/sanitise-letter.ts';
import type { Notification } from '../../src/lib/notifications/notification.ts';
import type { ObjectStore } from '../../src/lib/storage/object-store.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { makeJobsDue } from '../support/queue-probe.ts';
import { useTestApps, type TestApp } from '../support/test-app.ts';
import { startTestWorker } from '../support/test-worker.ts';
import { waitFor } from '../support/wait.ts';
import { eventsOf, liveJobs, read, whenStatus } from './delivery.ts';

const anApp = useTestApps({ supervise: true });
const pdf = Buffer.from('%PDF-1.7\n\x00\xff any bytes', 'latin1');

async function aPrecompiledLetter(app: TestApp, keyType: KeyType = 'normal'): Promise<Notification> {
  const service = await aService(app);
  const { apiKey } = await anApiKey(app, service.id, { keyType });
  const { id } = await acceptPrecompiledLetter(app, {
    service,
    apiKey,
    content: pdf.toString('base64'),
    postage: 'first',
    clientReference: 'r',
    requestId: null,
    idempotentAnswer: null,
  });
  return read(app, id);
}

function nameOf({ reference, createdAt }: Notification): Parameters<typeof scanPlace>[0] {
  return { reference: reference!, createdAt, postage: 'first' };
}

/** In which areas the letter's file is, with its bytes. */
async function filesOf({ storage }: TestApp, letter: Notification): Promise<string[]> {
  const key = letterFileName(nameOf(letter));
  const printed = letterPlace({ keyType: 'normal', status: 'created' }, nameOf(letter));
  const places = [{ area: 'letters-scan', key }, { area: 'test-letters', key }, printed] as const;
  const found: string[] = [];
  for (const place of places) {
    const bytes = await storage.read(place.area, place.key);
    if (bytes !== null) {
      expect(bytes).toEqual(pdf);
      found.push(place.area);
    }
  }
  return found;
}

describe('a precompiled letter', () => {
  const rows: [keyType: KeyType, status: Notification['status'], area: string][] = [
    ['normal', 'created', 'letters'],
    ['test', 'delivered', 'test-letters'],
  ];
  for (const [keyType, status, area] of rows) {
    it(`of a ${keyType} key moves to ${area} and is ${status}`, async () => {
      const app = await anApp();
      const letter = await aPrecompiledLetter(app, keyType);
      expect(await filesOf(app, letter)).toEqual(['letters-scan']);
      await app.runWorkers(['letters', 'research-mode']);
      const checked = await whenStatus(app, letter.id, status);
      expect(checked).toMatchObject({ postage: 'first', to: 'Provided as PDF', billableUnits: 0, sentAt: null });
      expect(checked.updatedAt).not.toBeNull();
      await waitFor(async () => (await liveJobs(app, letter.id)).length === 0);
      expect(await filesOf(app, letter)).toEqual([area]);
    });
  }

  const crashes: [after: string, method: keyof ObjectStore & ('copy' | 'delete' | 'head')][] = [
    ['before its file is copied', 'copy'],
    ['when it has moved on', 'head'],
    ['before the old file is deleted', 'delete'],
  ];
  for (const [after, method] of crashes) {
    it(`comes through when the worker dies ${after}`, async () => {
      const app = await anApp();
      const letter = await aPrecompiledLetter(app);
      const dying = { ...app, storage: { ...app.storage, [method]: () => Promise.reject(new Error('killed')) } };
      const args = { notificationId: letter.id };
      await expect(sanitiseLetter(dying, args)).rejects.toThrow('killed');
      expect((await filesOf(app, letter)).length).toBeGreaterThan(0);
      await sanitiseLetter(app, args);
      await sanitiseLetter(app, args);
      expect(await read(app, letter.id)).toMatchObject({ status: 'created' });
      expect(await filesOf(app, letter)).toEqual(['letters']);
    });
  }

  it('that was cancelled meanwhile stays cancelled, with its file', async () => {
    const app = await anApp();
    for (const when of ['before', 'during'] as const) {
      const letter = await aPrecompiledLetter(app);
      const cancel = (): Promise<unknown> =>
        app.db.query({
          text: `UPDATE notifications SET notification_status = 'cancelled' WHERE id = $1`,
          values: [letter.id],
        });
      const copy: ObjectStore['copy'] = async (...places) => {
        if (when === 'during') await cancel();
        return app.storage.copy(...places);
      };
      if (when === 'before') await cancel();
      await sanitiseLetter({ ...app, storage: { ...app.storage, copy } }, { notificationId: letter.id });
      expect(await read(app, letter.id)).toMatchObject({ status: 'cancelled' });
      expect(await filesOf(app, letter)).toHaveLength(1);
    }
  });

  it('without its file ends in technical-failure, and says why', async () => {
    const app = await anApp();
    const letter = await aPrecompiledLetter(app);
    const { area, key } = scanPlace(nameOf(letter));
    await app.storage.delete(area, key);
    await sanitiseLetter(app, { notificationId: letter.id });
    await sanitiseLetter(app, { notificationId: letter.id });
    expect(await read(app, letter.id)).toMatchObject({ status: 'technical-failure' });
    expect(await eventsOf(app, letter.id)).toMatchObject([
      { event: 'gave up', detail: { reason: 'The file of the letter is missing' } },
    ]);
  });

  it('is tried again while the store does not answer, and given up when retries are used up', async () => {
    const app = await anApp();
    const letter = await aPrecompiledLetter(app);
    const copy: ObjectStore['copy'] = async () => {
      throw new AppError('STORAGE_UNAVAILABLE', 'The bucket is away');
    };
    const task = sanitiseLetterTask({ ...app, storage: { ...app.storage, copy } });
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
    expect(await filesOf(app, letter)).toEqual(['letters-scan']);
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
