/** The commands that show letters and save their PDFs, against a real database. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { acceptTemplatedLetter } from '../../src/lib/letters/accept-templated-letter.ts';
import { makeLetterPdf } from '../../src/lib/letters/make-letter-pdf.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { readPdf } from '../support/read-pdf.ts';
import { useTestApp } from '../support/test-app.ts';
import { commandsOn } from './commands-on-database.ts';

const app = useTestApp();
const { notify, expectError } = commandsOn(app);
/** The files of the test's app. */
const env = (): Record<string, string> => ({ NOTIFY_STORAGE_DIR: app.config.storageDir! });

let serviceId: string;
let template: Template;
let letterId: string;

beforeAll(async () => {
  const service = await aService(app);
  serviceId = service.id;
  template = await aTemplate(app, serviceId, { templateType: 'letter', subject: 'About ((name))' });
  const { apiKey } = await anApiKey(app, serviceId);
  const { id } = await acceptTemplatedLetter(app, {
    service,
    apiKey,
    templateId: template.id,
    personalisation: { name: 'Ann', address_line_1: 'Ann', address_line_2: '1 Street', postcode: 'SW1A 1AA' },
    clientReference: 'mine',
    requestId: null,
    idempotentAnswer: null,
  });
  letterId = id;
});

async function textOf(file: string): Promise<string[]> {
  return (await readPdf(await readFile(file))).pages.flatMap(({ lines }) => lines);
}

describe('letters show', () => {
  it('tells what is known of a letter, and saves its PDF once there is one', async () => {
    const file = join(await temporaryFolder(), 'letter.pdf');
    const show = ['letters', 'show', letterId, '--json'];
    const before = (await notify(show, { env: env() })).json().result;
    expect(before).toMatchObject({ status: 'created', sheets: 0, file: { area: 'letters', bytes: null }, pdf: null });
    const early = await notify([...show, '--pdf', file], { env: env() });
    expect([early.exitCode, early.json().error!.code]).toEqual([75, 'PDF_NOT_READY']);

    await makeLetterPdf(app, { notificationId: letterId });
    const after = await notify([...show, '--pdf', file], { env: env() });
    expect(after.json()).toMatchObject({
      status: 'ok',
      result: {
        id: letterId,
        service_id: serviceId,
        reference: 'mine',
        print_reference: expect.stringMatching(/^[A-Z0-9]{16}$/),
        sheets: 1,
        postage: 'second',
        address: 'Ann\n1 Street\nSW1A 1AA',
        file: { area: 'letters', bytes: (await stat(file)).size },
        pdf: file,
      },
    });
    expect(await textOf(file)).toEqual(expect.arrayContaining(['About Ann', 'Hello Ann']));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = (await notify(['letters', 'show', letterId], { env: env() })).stdout;
    expect(text).toMatch(/^address +Ann, 1 Street, SW1A 1AA$/m);
    expect(text).toMatch(/^file +letters\/\S+\.PDF$/m);
    const trace = (await notify(['notifications', 'trace', letterId], { env: env() })).stdout;
    expect(trace.split('\n')[0]).toBe(`letter ${letterId} to Ann, 1 Street, SW1A 1AA: created`);
  });

  it('refuses what is no letter, and does not find what is not there', async () => {
    const id = app.ids.uuid();
    const sms = await aTemplate(app, serviceId);
    await app.db.query({
      text: `INSERT INTO notifications (id, "to", service_id, template_id, template_version, key_type, notification_type,
        created_at, notification_status) VALUES ($1, 'A', $2, $3, 1, 'normal', 'sms', now(), 'created')`,
      values: [id, serviceId, sms.id],
    });
    await expectError(['letters', 'show', id], 4, { code: 'REFUSED' });
    await expectError(['letters', 'show', app.ids.uuid()], 5, { code: 'NOT_FOUND' });
  });
});

describe('templates preview --pdf', () => {
  it('saves a letter as it would be printed', async () => {
    const file = join(await temporaryFolder(), 'preview.pdf');
    const preview = ['templates', 'preview', template.id, '-p', 'name=Ann', '--pdf', file];
    const { result } = (await notify([...preview, '--json'])).json();
    expect(result).toMatchObject({ subject: 'About Ann', pdf: { file, pages: 1 } });
    expect(await textOf(file)).toEqual(expect.arrayContaining(['ADDRESS LINE 1', 'About Ann', 'Hello Ann']));
    expect((await notify(preview)).stdout).toContain(`1 page: ${file}`);
  });

  it('refuses a text, and a file that cannot be written', async () => {
    const sms = await aTemplate(app, serviceId);
    const values = ['-p', 'name=Ann'];
    await expectError(['templates', 'preview', sms.id, ...values, '--pdf', 'x.pdf'], 2, { code: 'REQUEST_INVALID' });
    await expectError(['templates', 'preview', template.id, ...values, '--pdf', '/nonexistent/x.pdf'], 2, {
      code: 'USAGE_INVALID',
    });
  });
});
