/** The commands that look letters up by their files, and those for what is printed with letters. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { aService, aTemplate } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { moveRowsToHistory } from '../support/history.ts';
import { aPicture } from '../support/logo-picture.ts';
import { aPdf, bytesOf } from '../support/precompiled-pdf.ts';
import { readPdf } from '../support/read-pdf.ts';
import { useTestApp } from '../support/test-app.ts';
import { storeLetters } from '../support/waiting-letters.ts';
import { commandsOn } from './commands-on-database.ts';

const app = useTestApp();
const { notify, resultOf, expectError } = commandsOn(app);
/** The files of the test's app. */
const env = (): Record<string, string> => ({ NOTIFY_STORAGE_DIR: app.config.storageDir! });

let folder: string;
beforeAll(async () => void (folder = await temporaryFolder()));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('letters show --file', () => {
  const createdAt = new Date('2026-01-05T10:00:00Z');
  const templateId = '019cd000-0000-7000-8000-0000000000aa';
  const header = 'notification_id,service_id,template_id,reference,job_id,created_at';
  /** One after the other in the order of services and times. */
  const references = ['AAAABBBBCCCC0001', 'AAAABBBBCCCC0002', 'AAAABBBBCCCC0003'] as const;
  const nameOf = (reference: string): string => `NOTIFY.${reference}.D.2.C.20260105100000.PDF`;
  let lines: string[];

  beforeAll(async () => {
    const services = ['019cd000-0000-7000-8000-000000000002', '019cd000-0000-7000-8000-000000000001'];
    const stored = await storeLetters(app, [
      { reference: references[2], serviceId: services[0]!, createdAt, templateId, pdf: null },
      {
        reference: references[1],
        serviceId: services[1]!,
        createdAt: new Date('2026-01-05T11:00:00Z'),
        templateId,
        pdf: null,
      },
      { reference: references[0], serviceId: services[1]!, createdAt, templateId, pdf: null },
    ]);
    await moveRowsToHistory(app, [stored[1]!.id]);
    const time = (hour: number): string => `2026-01-05T${hour}:00:00.000Z`;
    lines = [
      `${stored[2]!.id},${services[1]!},${templateId},${references[0]},,${time(10)}`,
      `${stored[1]!.id},${services[1]!},${templateId},${references[1]},,${time(11)}`,
      `${stored[0]!.id},${services[0]!},${templateId},${references[2]},,${time(10)}`,
    ];
  });

  it('lists the letters of the record of a zip, and of lists of names, in order', async () => {
    const zip = await file('zip.TXT', JSON.stringify([`2026-01-05/${nameOf(references[2])}`, nameOf(references[0])]));
    const failed = await file('failed.txt', `${nameOf(references[1])}\r\n\n${nameOf(references[0])}\n`);
    const run = await notify(['letters', 'show', '--file', zip, '--file', failed]);
    expect([run.exitCode, run.stdout, run.stderr]).toEqual([0, `${[header, ...lines].join('\n')}\n`, '3 letters\n']);
  });

  it('says which names are of no letter', async () => {
    const [other, unknown] = ['letter.pdf', nameOf('ZZZZ000000000000')];
    const list = await file('list.txt', [other, nameOf(references[0]), unknown].join('\n'));
    const out = join(folder, 'zips_sent_details.csv');
    const run = await notify(['letters', 'show', '--file', list, '--out', out, '--json']);
    expect([run.exitCode, run.json()]).toMatchObject([
      3,
      {
        status: 'partial',
        result: {
          output: out,
          letters: 1,
          unknown: [
            { file: list, line: 1, name: other, problem: "it is no name of a letter's file" },
            { file: list, line: 3, name: unknown, problem: 'no letter has the reference ZZZZ000000000000' },
          ],
        },
        warnings: [`${list}, line 1: 'letter.pdf': it is no name of a letter's file`, expect.any(String)],
      },
    ]);
    expect(await readFile(out, 'utf8')).toBe(`${header}\n${lines[0]}\n`);
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    const none = await notify(['letters', 'show', '--file', await file('none.txt', unknown)]);
    expect([none.exitCode, none.stdout]).toEqual([1, `${header}\n`]);
  });

  it('wants a letter or a list, and one place for what it prints', async () => {
    const list = await file('list.txt', nameOf(references[0]));
    const usage = { code: 'USAGE_INVALID' };
    await expectError(['letters', 'show'], 2, {
      ...usage,
      message: 'ID is missing: expected the id of the letter, or --file',
    });
    await expectError(['letters', 'show', app.ids.uuid(), '--file', list, '--out', 'x'], 2, usage);
    await expectError(['letters', 'show', '--file', list], 2, usage);
    await expectError(['letters', 'show', '--file', '/nonexistent', '--out', 'x'], 2, usage);
    await expectError(['letters', 'show', '--file', await file('bad.json', '[1]'), '--out', 'x'], 2, {
      code: 'VALIDATION_FAILED',
    });
  });
});

describe('an attachment', () => {
  it('is put after the letters of a template, shown, and taken off', async () => {
    const { id: serviceId } = await aService(app);
    const { id } = await aTemplate(app, serviceId, { templateType: 'letter' });
    const form = await file('form.pdf', await bytesOf(await aPdf([({ text }) => text('The form', 20, 20)])));
    const update = ['templates', 'update', id];
    const run = await notify([...update, '--attachment', form, '--json'], { env: env() });
    const attachmentId = run.json().result.letter_attachment_id;
    expect([run.exitCode, run.json().result]).toMatchObject([
      0,
      { letter_attachment_id: expect.any(String), version: 2, changed: ['letter_attachment_id'] },
    ]);
    expect(await resultOf(['templates', 'show', id])).toMatchObject({
      letter_attachment: { id: attachmentId, original_filename: 'form.pdf', page_count: 1 },
    });
    expect((await notify(['templates', 'show', id])).stdout).toMatch(/^attachment +form\.pdf \(1 page\)$/m);
    const versions = await resultOf(['templates', 'show', id, '--versions']);
    expect(versions.versions.map((each: object) => each)).toMatchObject([
      { version: 2, letter_attachment_id: attachmentId },
      { version: 1, letter_attachment_id: null },
    ]);
    const preview = join(folder, 'preview.pdf');
    await notify(['templates', 'preview', id, '-p', 'name=Ann', '--pdf', preview], { env: env() });
    expect((await readPdf(await readFile(preview))).pages.map(({ lines }) => lines.at(-1))).toEqual([
      'Page 1 of 1',
      'The form',
    ]);
    expect(await resultOf(['find', attachmentId])).toMatchObject({ type: 'letter attachment' });

    const bad = await file('bad.pdf', 'no PDF');
    await expectError([...update, '--attachment', bad], 2, {
      code: 'VALIDATION_FAILED',
      message:
        'letter_attachment: unable-to-read-the-file: it is no PDF, is locked with a password, has something that cannot be drawn, or takes too long',
      hint: expect.stringContaining('docs/letters.md'),
      details: { problem: 'unable-to-read-the-file' },
    });
    await expectError([...update, '--attachment', form, '--no-attachment'], 2, { code: 'USAGE_INVALID' });
    expect(await resultOf([...update, '--no-attachment'])).toMatchObject({ letter_attachment_id: null, version: 3 });
    expect(await resultOf([...update, '--no-attachment'])).toMatchObject({ changed: [], version: 3 });
  });
});

describe('a logo', () => {
  it('is set, shown and removed, and is no version of the service', async () => {
    const { id, name } = await aService(app);
    const update = ['services', 'update', id];
    const logo = await file('crest.png', await aPicture(700, 180));
    const run = await notify([...update, '--letter-logo', logo, '--json'], { env: env() });
    expect([run.exitCode, run.json()]).toMatchObject([
      0,
      { result: { version: 1, changed: ['letter_logo'] }, warnings: [] },
    ]);
    const shown = await resultOf(['services', 'show', id]);
    expect(shown.letter_logo).toEqual({ id: expect.any(String), original_filename: 'crest.png' });
    expect((await notify(['services', 'show', id])).stdout).toMatch(/^letter logo +crest\.png$/m);

    const coarse = await file('coarse.png', await aPicture(70, 18));
    const warned = await notify([...update, '--letter-logo', coarse, '--json'], { env: env() });
    expect(warned.json().warnings).toEqual(['The logo is printed with 25 dots per inch: expected 150 or more']);
    const text = await file('logo.svg', '<svg/>');
    await expectError([...update, '--letter-logo', text, '--prefix-sms'], 2, { code: 'VALIDATION_FAILED' });
    expect(await resultOf([...update, '--no-letter-logo'])).toMatchObject({ changed: ['letter_logo'], version: 1 });
    const set = await notify([...update, '--letter-logo', logo], { env: env() });
    expect(set.stdout).toBe(`Changed letter_logo of '${name}'.\n`);
    const both = await notify([...update, '--no-letter-logo', '--prefix-sms'], { env: env() });
    expect(both.stdout).toBe(`Changed prefix_sms, letter_logo of '${name}', which is now version 2.\n`);
    expect(await resultOf([...update, '--no-letter-logo'])).toMatchObject({ changed: [] });
    expect((await resultOf(['services', 'show', id])).letter_logo).toBeNull();
  });
});
