/** PDFs that are uploaded, looked at and sent, and how letters look, over the internal API. */
import { beforeAll, describe, expect, it } from 'vitest';
import { acceptPrecompiledLetter } from '../../src/lib/letters/accept-precompiled-letter.ts';
import { uploadPlace } from '../../src/lib/letters/precompiled-upload.ts';
import { sanitiseLetter } from '../../src/lib/letters/sanitise-letter.ts';
import { addMember } from '../../src/lib/services/add-member.ts';
import type { Service } from '../../src/lib/services/service.ts';
import { createUser } from '../../src/lib/users/create-user.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { aPdf, aLetterPdf, bytesOf, firstPage } from '../support/precompiled-pdf.ts';
import { readPdf } from '../support/read-pdf.ts';
import { startChecks } from '../integration/precompiled-letters.ts';
import { plainError, v2Error, type ApiAnswer } from './api.ts';
import { useInternalApi } from './internal-api.ts';
import { insertRows } from './notification-rows.ts';

const api = useInternalApi();
const nothing = plainError('No result found');
const address = 'Ann Example\n1 Example Street\nExampletown\nSW1A 1AA';
let service: Service;
let userId: string;
let pdf: Buffer;

beforeAll(async () => {
  service = await aService(api);
  const user = { name: 'Ann', emailAddress: 'ann@example.gov.uk', mobileNumber: null };
  userId = (await createUser(api, user)).id;
  await addMember(api, { serviceId: service.id, userId, permissions: [] });
  pdf = await aLetterPdf();
  await startChecks(api, pdf);
});

const get = (path: string, of = service): Promise<ApiAnswer> => api.internal(`/service/${of.id}${path}`);
const post = (path: string, body: object, of = service): Promise<ApiAnswer> =>
  api.internal(`/service/${of.id}${path}`, { method: 'POST', body });
const upload = (file: Uint8Array = pdf): Promise<ApiAnswer> =>
  post('/upload/letter', { content: Buffer.from(file).toString('base64') });

function toSend(changes: object = {}): object {
  const recipient_address = encodeURIComponent(address);
  return {
    ...{ postage: 'second', filename: 'letter.pdf', created_by: userId, file_id: api.ids.uuid() },
    ...{ recipient_address, ...changes },
  };
}

function fileIn({ json }: ApiAnswer): Buffer {
  return Buffer.from(json.content, 'base64');
}

async function linesIn(answer: ApiAnswer): Promise<string[]> {
  return (await readPdf(fileIn(answer))).pages.flatMap(({ lines }) => lines);
}

/** Its width and height stand at fixed places of a PNG. */
function sizeOf(png: Buffer): [string, number, number] {
  return [png.toString('latin1', 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)];
}

const a4AtScreen = ['PNG', 794, 1123];

describe('an uploaded PDF', () => {
  it('is checked, looked at, sent, and then is a letter like others', async () => {
    const { status, json } = await upload();
    expect([status, json]).toEqual([
      201,
      { file_id: expect.any(String), page_count: 2, message: null, invalid_pages: null, recipient_address: address },
    ]);
    const { file_id } = json;
    const shown = await get(`/upload/letter/${file_id}/pdf`);
    expect([shown.status, shown.json.metadata]).toEqual([200, {}]);
    expect(await linesIn(shown)).toContain('The second page.');
    expect(sizeOf(fileIn(await get(`/upload/letter/${file_id}/png?page=2`)))).toEqual(a4AtScreen);

    for (let time = 0; time < 2; time += 1) {
      const sent = await post('/send-pdf-letter', toSend({ file_id }));
      expect([sent.status, sent.json]).toEqual([201, { id: file_id }]);
    }
    expect((await get(`/notifications/${file_id}`)).json).toMatchObject({
      to: address,
      status: 'created',
      postage: 'second',
      client_reference: 'letter.pdf',
      billable_units: 1,
      template: { is_precompiled_letter: true },
    });
    expect(await linesIn(await get(`/template/preview/${file_id}/pdf`))).toContain('The second page.');
    expect((await get(`/upload/letter/${file_id}/pdf`)).json).toEqual(nothing);
  });

  it('that cannot be printed is not kept, and the answer says why', async () => {
    const outside = await bytesOf(await aPdf([firstPage(), ({ box }) => box(0, 0, 5, 5)]));
    const { status, json } = await upload(outside);
    const message = 'content-outside-printable-area';
    expect([status, json]).toEqual([
      200,
      { file_id: null, page_count: 2, message, invalid_pages: [2], recipient_address: null },
    ]);
    const broken = await post('/upload/letter', { content: 'hi' });
    expect([broken.status, broken.json]).toEqual([
      400,
      plainError('Cannot decode letter content (invalid base64 encoding)'),
    ]);
  });

  it('may be stored by somebody else, who checked it', async () => {
    const file_id = api.ids.uuid();
    const { area, key } = uploadPlace({ serviceId: service.id, fileId: file_id });
    await api.storage.put(area, key, pdf);
    expect((await post('/send-pdf-letter', toSend({ file_id }))).json).toEqual({ id: file_id });
  });

  it('is sent with everything that belongs to it', async () => {
    const wanted = ['postage', 'filename', 'created_by', 'file_id', 'recipient_address'];
    const { status, json } = await post('/send-pdf-letter', {});
    const missing = wanted.map((name) => `${name} is a required property`);
    expect([status, json]).toEqual([400, v2Error(400, 'ValidationError', ...missing)]);
    const postage = 'postage invalid. It must be first, second, economy, europe or rest-of-world.';
    const unexpected = 'Additional properties are not allowed (more was unexpected)';
    expect((await post('/send-pdf-letter', toSend({ postage: 'third', more: 1 }))).json).toEqual(
      v2Error(400, 'ValidationError', postage, unexpected),
    );
  });

  it('is not sent without its file, by a stranger, or by a service that may not', async () => {
    const rows: [of: Service, changes: object, status: number, message: string][] = [
      [service, {}, 404, 'No result found'],
      [service, { created_by: api.ids.uuid() }, 404, 'No result found'],
      [await aService(api, { permissions: ['sms'] }), {}, 400, 'Service is not allowed to send letters'],
    ];
    for (const [of, changes, status, message] of rows) {
      const answer = await post('/send-pdf-letter', toSend(changes), of);
      expect([answer.status, answer.json]).toEqual([status, plainError(message)]);
    }
  });
});

describe('the look of a letter', () => {
  it('from a template is drawn, whatever became of it', async () => {
    const template = await aTemplate(api, service.id, { templateType: 'letter', content: 'a\n\n***\n\nb' });
    const id = await insertRows(api, template, { to: 'Ann\n1 Street\nSW1A 1AA', status: 'technical-failure' });
    const shown = await get(`/template/preview/${id}/pdf`);
    expect([shown.status, shown.json.metadata]).toEqual([200, {}]);
    expect(await linesIn(shown)).toEqual(expect.arrayContaining(['1 STREET', 'Page 2 of 2']));
    expect(sizeOf(fileIn(await get(`/template/preview/${id}/png`)))).toEqual(a4AtScreen);
    for (const page of ['0', '3', '99999999999']) {
      const answer = await get(`/template/preview/${id}/png?page=${page}`);
      expect([answer.status, answer.json]).toEqual([404, nothing]);
    }
    expect((await get(`/template/preview/${id}/png?page=x`)).json.message).toEqual({ page: ['x is not an integer'] });
  });

  it('that came as a PDF is what is stored, with what is wrong with it', async () => {
    const { apiKey } = await anApiKey(api, service.id);
    const outside = await bytesOf(await aPdf([firstPage(), ({ box }) => box(0, 0, 5, 5)]));
    const content = outside.toString('base64');
    const none = { clientReference: 'r', requestId: null, idempotentAnswer: null };
    const { id } = await acceptPrecompiledLetter(api, { service, apiKey, content, postage: 'second', ...none });
    const early = await get(`/template/preview/${id}/pdf`);
    expect([early.status, early.json]).toEqual([400, plainError('PDF not available yet, try again later')]);
    await sanitiseLetter(api, { notificationId: id });
    const shown = await get(`/template/preview/${id}/pdf`);
    expect(fileIn(shown).equals(outside)).toBe(true);
    expect(shown.json.metadata).toEqual({
      ...{ validation_status: 'failed', message: 'content-outside-printable-area' },
      ...{ invalid_pages: '[2]', page_count: '2' },
    });
    expect(sizeOf(fileIn(await get(`/template/preview/${id}/png?page=2`)))).toEqual(a4AtScreen);
  });

  it('is of letters alone, as a PDF or a PNG', async () => {
    const sms = await insertRows(api, await aTemplate(api, service.id));
    const answer = await get(`/template/preview/${sms}/pdf`);
    expect([answer.status, answer.json]).toEqual([400, plainError('Notification is not a letter')]);
    const wrong = await get(`/template/preview/${sms}/gif`);
    const message = { content: ['file_type must be pdf or png'] };
    expect([wrong.status, wrong.json]).toEqual([400, { result: 'error', message }]);
  });
});

describe('the look of a template', () => {
  it('has the values of the query, and the names of those that are missing', async () => {
    const letter = { templateType: 'letter', subject: 'For ((name))', content: '((a)) and ((b))' } as const;
    const { id } = await aTemplate(api, service.id, letter);
    const shown = await get(`/template/${id}/preview/pdf?name=Ann&a=1&page=1`);
    expect(await linesIn(shown)).toEqual(expect.arrayContaining(['ADDRESS LINE 1', 'For Ann', '1 and ((b))']));
    expect(sizeOf(fileIn(await get(`/template/${id}/preview/png?page=1`)))).toEqual(a4AtScreen);
    expect((await get(`/template/${id}/preview/png?page=2`)).json).toEqual(nothing);
  });

  it('is of letters alone', async () => {
    const { id } = await aTemplate(api, service.id);
    expect((await get(`/template/${id}/preview/pdf`)).status).toBe(400);
    for (const other of [api.ids.uuid(), 'nonsense'])
      expect((await get(`/template/${other}/preview/pdf`)).json).toEqual(nothing);
  });
});
