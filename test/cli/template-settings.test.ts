/** The commands that change templates, and the one that finds anything, against a real database. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addSender } from '../../src/lib/services/add-sender.ts';
import { aService, aTemplate } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { useTestApp } from '../support/test-app.ts';
import { commandsOn } from './commands-on-database.ts';
import { anId } from './manifest.ts';

const app = useTestApp();
const instant = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/) as string;
const { resultOf, textOf, expectError } = commandsOn(app);

let serviceId: string;
let letter: { id: string; name: string };
beforeAll(async () => {
  serviceId = (await aService(app)).id;
});
beforeEach(async () => {
  letter = await aTemplate(app, serviceId, { templateType: 'letter' });
});

describe('templates update', () => {
  it('changes what flags say, from files too, and says what was changed', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'letter.md'), 'Dear ((name)),\n\nbye.\n');
    const contact = await addSender(app, { serviceId, type: 'letter', value: 'Here', isDefault: true });
    const texts = ['--name', 'New', '--subject', 'On ((it))', '--content', '@letter.md'];
    const settings = ['--postage', 'economy', '--process-type', 'priority', '--reply-to', contact.id];
    const update = ['templates', 'update', letter.id, ...texts, ...settings];
    const result = await resultOf(update, { cwd: folder });
    expect(result).toEqual({
      id: letter.id,
      service_id: serviceId,
      name: 'New',
      type: 'letter',
      version: 2,
      subject: 'On ((it))',
      content: 'Dear ((name)),\n\nbye.\n',
      placeholders: expect.arrayContaining(['it', 'name']),
      process_type: 'priority',
      postage: 'economy',
      reply_to: contact.id,
      letter_attachment_id: null,
      has_unsubscribe_link: false,
      archived: false,
      created_at: instant,
      updated_at: instant,
      changed: ['name', 'content', 'subject', 'process_type', 'postage', 'reply_to'],
    });
    expect(await resultOf(update, { cwd: folder })).toEqual({ ...result, changed: [] });
    expect(await resultOf(['templates', 'update', letter.id, '--reply-to', 'none'])).toMatchObject({ reply_to: null });
    expect(await textOf(['templates', 'update', letter.id, '--name', 'Newer'])).toBe(
      "Changed name of 'Newer', which is now version 4.\n",
    );
  });

  it('switches an unsubscribe link on and off', async () => {
    const create = ['templates', 'create', '--service', serviceId, '--type', 'email', '--name', 'x', '--subject', 'x'];
    const email = await resultOf([...create, '--content', 'x', '--unsubscribe-link']);
    expect(email).toMatchObject({ has_unsubscribe_link: true });
    const update = ['templates', 'update', email.id, '--no-unsubscribe-link'];
    expect(await resultOf(update)).toMatchObject({ has_unsubscribe_link: false, version: 2 });
  });

  it('redacts for good, and alone', async () => {
    const redact = ['templates', 'update', letter.id, '--redact'];
    expect(await resultOf(['templates', 'show', letter.id])).toMatchObject({ redact_personalisation: false });
    expect(await resultOf(redact)).toMatchObject({ changed: ['redact_personalisation'], version: 1 });
    expect(await resultOf(redact)).toMatchObject({ changed: [], version: 1 });
    expect(await textOf(['templates', 'show', letter.id])).toMatch(/^redacted +true$/m);
    await expectError([...redact, '--name', 'x'], 2, { message: expect.stringContaining('exclude each other') });
  });

  it('is refused by the rules of templates', async () => {
    const update = ['templates', 'update', letter.id];
    await expectError([...update, '--subject', ' '], 2, {
      code: 'VALIDATION_FAILED',
      message: 'subject: Invalid template subject',
    });
    await expectError([...update, '--reply-to', anId], 2, {
      code: 'REQUEST_INVALID',
      message: `letter_contact_id ${anId} does not exist in database for service id ${serviceId}`,
    });
    await expectError([...update, '--reply-to', 'x'], 2, { message: "--reply-to is 'x': expected a UUID or none" });
    await expectError(update, 2, { message: expect.stringMatching(/^Nothing is to be changed: /) });
    await expectError(['templates', 'update', anId, '--name', 'x'], 5, { code: 'NOT_FOUND' });
  });
});

describe('templates archive', () => {
  it('shows a plan, asks first, does it, and does it once', async () => {
    const archive = ['templates', 'archive', letter.id];
    expect(await resultOf([...archive, '--dry-run'], { status: 'planned' })).toMatchObject({
      archived: false,
      dry_run: true,
    });
    await expectError(archive, 4, { code: 'CONFIRMATION_NEEDED' });
    expect(await resultOf([...archive, '--yes'])).toMatchObject({
      archived: true,
      already_archived: false,
      version: 2,
    });
    expect(await textOf([...archive, '--yes'])).toBe(`'${letter.name}' was archived already.\n`);
    const deleted = { code: 'REFUSED', message: 'Template has been deleted' };
    await expectError(['templates', 'update', letter.id, '--name', 'x'], 4, deleted);
    await expectError(['templates', 'archive', anId, '--yes'], 5, { code: 'NOT_FOUND' });
  });
});

describe('templates show --versions', () => {
  it('lists all versions, the newest first', async () => {
    await resultOf(['templates', 'update', letter.id, '--name', 'Second']);
    const show = ['templates', 'show', letter.id, '--versions'];
    const { versions, ...rest } = await resultOf(show);
    expect(rest).toEqual({ id: letter.id, service_id: serviceId });
    expect(versions).toMatchObject([
      { version: 2, name: 'Second', archived: false, created_at: instant },
      { version: 1, name: letter.name, archived: false, created_at: instant },
    ]);
    expect(await textOf(show)).toMatch(
      /^VERSION +CREATED AT +NAME +SUBJECT +ARCHIVED\n2 +\S+ +Second .+\n1 +\S+ .+\n$/,
    );
    await expectError([...show, '--version', '1'], 2, { message: expect.stringContaining('exclude each other') });
  });
});

describe('find', () => {
  it('says what an id is', async () => {
    expect(await resultOf(['find', letter.id])).toEqual({
      id: letter.id,
      type: 'template',
      facts: {
        service_id: serviceId,
        name: letter.name,
        template_type: 'letter',
        archived: false,
        hidden: false,
        version: 1,
        created_at: instant,
        updated_at: null,
      },
      command: `notify templates show ${letter.id}`,
    });
    expect(await textOf(['find', serviceId.toUpperCase()])).toMatch(
      new RegExp(
        `^id +${serviceId}\ntype +service\nname +Service .+\n[^]*\nmore +notify services show ${serviceId}\n$`,
      ),
    );
  });

  it('exits 5 when nothing has the id', async () => {
    await expectError(['find', anId], 5, { code: 'NOT_FOUND', message: `Nothing has the id '${anId}'` });
  });
});
