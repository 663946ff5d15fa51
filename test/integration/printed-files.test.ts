/** PDFs attached to templates, and logos of services, as letters are printed with them (letters sheet §7). */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { acceptTemplatedLetter } from '../../src/lib/letters/accept-templated-letter.ts';
import { attachToTemplate, type AttachInput } from '../../src/lib/letters/attach-to-template.ts';
import { removeLetterLogo, setLetterLogo, showLetterLogo } from '../../src/lib/letters/change-letter-logo.ts';
import { letterPlace } from '../../src/lib/letters/letter-file.ts';
import { makeLetterPdf } from '../../src/lib/letters/make-letter-pdf.ts';
import { previewLetterTemplate } from '../../src/lib/letters/preview-letter-pdf.ts';
import { attachmentPlace } from '../../src/lib/letters/printed-files.ts';
import type { Notification } from '../../src/lib/notifications/notification.ts';
import type { Service } from '../../src/lib/services/service.ts';
import { showLetterAttachment } from '../../src/lib/templates/show-letter-attachment.ts';
import { listTemplateVersions, showTemplate } from '../../src/lib/templates/show-template.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { updateTemplate } from '../../src/lib/templates/update-template.ts';
import { archiveService } from '../../src/lib/services/archive-service.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { aPicture } from '../support/logo-picture.ts';
import { aPdf, bytesOf, type DrawPage } from '../support/precompiled-pdf.ts';
import { inkOf, readPdf } from '../support/read-pdf.ts';
import { useTestApp } from '../support/test-app.ts';
import { read } from './delivery.ts';
import { nameOf, startChecks } from './precompiled-letters.ts';

const app = useTestApp();
let service: Service;
let template: Template;
let form: Buffer;

const page =
  (title: string): DrawPage =>
  ({ text }) =>
    text(title, 20, 20);

beforeAll(async () => {
  service = await aService(app);
  form = await bytesOf(await aPdf([page('Form A'), page('Form B')]));
  await startChecks(app, form);
});
beforeEach(async () => {
  template = await aTemplate(app, service.id, { templateType: 'letter', content: 'Dear ((name))' });
});

function attach(input: Partial<AttachInput> = {}): ReturnType<typeof attachToTemplate> {
  return attachToTemplate(app, { templateId: template.id, pdf: form, filename: 'form.pdf', ...input });
}

async function aLetter(): Promise<Notification> {
  const { apiKey } = await anApiKey(app, service.id);
  const { id } = await acceptTemplatedLetter(app, {
    service,
    apiKey,
    templateId: template.id,
    personalisation: { name: 'Ann', address_line_1: 'A', address_line_2: 'B', postcode: 'sw1a1aa' },
    clientReference: null,
    requestId: null,
    idempotentAnswer: null,
  });
  return read(app, id);
}

async function printed(letter: Notification): Promise<Buffer> {
  await makeLetterPdf(app, { notificationId: letter.id });
  const { area, key } = letterPlace(await read(app, letter.id), nameOf(letter));
  return (await app.storage.read(area, key))!;
}

async function lastLines(pdf: Uint8Array): Promise<(string | undefined)[]> {
  return (await readPdf(pdf)).pages.map(({ lines }) => lines.at(-1));
}

describe('a PDF attached to a template', () => {
  it('is printed after every letter of this version, and its pages count', async () => {
    const before = await aLetter();
    const { template: changed, changed: fields } = await attach({ name: 'With a form' });
    expect(fields).toEqual(['name', 'letterAttachmentId']);
    expect(changed).toMatchObject({ version: 2, name: 'With a form' });
    expect(await showLetterAttachment(app, changed)).toMatchObject({
      serviceId: service.id,
      originalFilename: 'form.pdf',
      pageCount: 2,
    });
    const letter = await aLetter();
    expect(await lastLines(await printed(letter))).toEqual(['Page 1 of 1', 'Form A', 'Form B']);
    expect((await read(app, letter.id)).billableUnits).toBe(2);
    expect(await lastLines(await printed(before))).toEqual(['Page 1 of 1']);
    const preview = await previewLetterTemplate(app, { template: changed, personalisation: {} });
    expect([preview.pageCount, await lastLines(preview.pdf)]).toEqual([3, ['Page 1 of 1', 'Form A', 'Form B']]);
  });

  it('is taken off or replaced as a new version; what was accepted before is printed as it was then', async () => {
    const { template: first } = await attach();
    const letter = await aLetter();
    const other = await bytesOf(await aPdf([page('Other')]));
    const { template: second } = await attach({ pdf: other, filename: 'other.pdf' });
    expect(second.letterAttachmentId).not.toBe(first.letterAttachmentId);
    const { changed } = await updateTemplate(app, { templateId: template.id, letterAttachment: null });
    expect(changed).toEqual(['letterAttachmentId']);
    expect(await updateTemplate(app, { templateId: template.id, letterAttachment: null })).toMatchObject({
      changed: [],
    });
    const versions = await listTemplateVersions(app, { templateId: template.id });
    expect(versions.map(({ letterAttachmentId }) => letterAttachmentId)).toEqual([
      ...[null, second.letterAttachmentId],
      ...[first.letterAttachmentId, null],
    ]);
    const { rows } = await app.db.query<{ archived: boolean }>({
      text: `SELECT archived_at IS NOT NULL AND archived_by_id IS NOT NULL AS archived FROM letter_attachment
        WHERE id = ANY($1) ORDER BY created_at`,
      values: [[first.letterAttachmentId, second.letterAttachmentId]],
    });
    expect(rows).toEqual([{ archived: true }, { archived: true }]);
    expect(await lastLines(await printed(letter))).toEqual(['Page 1 of 1', 'Form A', 'Form B']);
  });

  it('is refused for what cannot be printed, and leaves nothing', async () => {
    const outside = await bytesOf(await aPdf([page('A'), ({ box }) => box(0, 0, 5, 5)]));
    const landscape = await bytesOf(await aPdf([page('A')], { size: [297, 210] }));
    const long = await bytesOf(await aPdf(Array.from({ length: 10 }, () => page('A'))));
    const tooLong =
      /^letter_attachment: letter-too-long: the letter has 1 page, the attachment 10; expected 10 at most$/;
    for (const [pdf, message] of [
      [Buffer.from(''), /^letter_attachment: no-encoded-string: the file is empty$/],
      [Buffer.from('no PDF'), /^letter_attachment: unable-to-read-the-file: it is no PDF, /],
      [outside, /^letter_attachment: content-outside-printable-area \(page 2\): expected white outside of x 15–195, /],
      [landscape, /^letter_attachment: letter-not-a4-portrait-oriented \(page 1\): expected pages of 210 × 297 mm/],
      [long, tooLong],
    ] as const) {
      await expect(attach({ pdf })).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        message: expect.stringMatching(message) as unknown,
        hint: expect.stringContaining('docs/letters.md') as unknown,
      });
    }
    await expect(attach({ subject: ' ' })).rejects.toMatchObject({ message: 'subject: Invalid template subject' });
    const files = await Array.fromAsync(app.storage.list('letter-attachments', `service-${service.id}/`));
    const kept = await app.db.query<{ id: string }>('SELECT id FROM letter_attachment');
    expect(files.map(({ key }) => key).toSorted()).toEqual(
      kept.rows.map(({ id }) => attachmentPlace({ serviceId: service.id, id }).key).toSorted(),
    );
    expect(await showTemplate(app, { templateId: template.id })).toMatchObject({
      version: 1,
      letterAttachmentId: null,
    });
  });

  it('is counted with the content that comes with it', async () => {
    const content = Array.from({ length: 9 }, (_, number) => `page ${number}`).join('\n\n***\n\n');
    await expect(attach({ content })).rejects.toMatchObject({
      message: expect.stringContaining('the letter has 9 pages, the attachment 2'),
      details: { page_count: 11 },
    });
  });

  it('makes a letter too long that fits without it', async () => {
    await attach();
    const content = Array.from({ length: 9 }, (_, number) => `page ${number}`).join('\n\n***\n\n');
    await updateTemplate(app, { templateId: template.id, content });
    const letter = await aLetter();
    const pdf = await printed(letter);
    expect((await readPdf(pdf)).pages).toHaveLength(11);
    const failed = await read(app, letter.id);
    expect(failed).toMatchObject({ status: 'validation-failed', billableUnits: 0 });
    const { area, key } = letterPlace(failed, nameOf(letter));
    expect((await app.storage.head(area, key))!.metadata).toMatchObject({
      message: 'letter-too-long',
      page_count: '11',
    });
  });

  it('is for letters only, and only of templates that there are', async () => {
    const sms = await aTemplate(app, service.id);
    const message = 'letter_attachment: only letter templates have an attachment';
    await expect(attach({ templateId: sms.id })).rejects.toMatchObject({ code: 'VALIDATION_FAILED', message });
    await expect(attach({ templateId: app.ids.uuid() })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is waited for when its file is missing', async () => {
    const { template: changed } = await attach();
    const { area, key } = attachmentPlace({ serviceId: service.id, id: changed.letterAttachmentId! });
    await app.storage.delete(area, key);
    const letter = await aLetter();
    await expect(makeLetterPdf(app, { notificationId: letter.id })).rejects.toMatchObject({ code: 'LETTER_NOT_MADE' });
    expect(await read(app, letter.id)).toMatchObject({ status: 'created', billableUnits: 0 });
  });
});

describe('a logo of a service', () => {
  const outsideOfLogo = [
    { left: 0, top: 30, right: 210, bottom: 297 },
    { left: 100, top: 0, right: 210, bottom: 297 },
  ];
  const inkAtTop = async (): Promise<unknown> => inkOf(await printed(await aLetter()), 1, outsideOfLogo);

  it('is printed on its letters until it is removed', async () => {
    expect(await inkAtTop()).toBeNull();
    const file = await aPicture(1400, 100);
    const { logo, dpi } = await setLetterLogo(app, { serviceId: service.id, file, filename: 'crest.png' });
    expect([logo, dpi]).toMatchObject([{ serviceId: service.id, originalFilename: 'crest.png' }, 300]);
    expect(await inkAtTop()).not.toBeNull();
    const other = await setLetterLogo(app, { serviceId: service.id, file, filename: 'new.png' });
    expect(await showLetterLogo(app, service.id)).toEqual(other.logo);
    expect(await removeLetterLogo(app, { serviceId: service.id })).toBe(true);
    expect(await removeLetterLogo(app, { serviceId: service.id })).toBe(false);
    expect(await showLetterLogo(app, service.id)).toBeNull();
    expect(await inkAtTop()).toBeNull();
  });

  it('is refused for what is no picture, and for services that are not there any more', async () => {
    const set = (serviceId: string, file: Buffer): Promise<unknown> =>
      setLetterLogo(app, { serviceId, file, filename: 'x.svg' });
    await expect(set(service.id, Buffer.from('<svg/>'))).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: "letter_logo: 'x.svg' is no picture: expected a PNG or JPEG file",
    });
    const picture = await aPicture(70, 18);
    await expect(set(app.ids.uuid(), picture)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const gone = await aService(app);
    await archiveService(app, { serviceId: gone.id, belongings: [] });
    await expect(set(gone.id, picture)).rejects.toMatchObject({ code: 'REFUSED' });
  });
});
