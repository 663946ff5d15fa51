import { beforeAll, describe, expect, it } from 'vitest';
import type { Service } from '../../src/lib/services/service.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { temporaryFolder } from '../support/folders.ts';
import { useApi, v2Error, type ApiAnswer } from './api.ts';

const api = useApi({ config: { storageDir: await temporaryFolder(), databasePoolSize: 4 } });

let service: Service;
let template: Template;
let key: string;
beforeAll(async () => {
  service = await aService(api);
  await api.db.query({
    text: `UPDATE services SET contact_link = 'https://www.gov.uk/contact' WHERE id = $1`,
    values: [service.id],
  });
  template = await aTemplate(api, service.id, { templateType: 'email', content: 'Read ((letter)), ((name))' });
  key = (await anApiKey(api, service.id)).text;
});

const file = (content: string | Buffer, members: object = {}): object => ({
  file: Buffer.from(content).toString('base64'),
  ...members,
});

function post(personalisation: object, changes: object = {}, as = key, type = 'email'): Promise<ApiAnswer> {
  const body = { email_address: 'ann@example.com', template_id: template.id, personalisation, ...changes };
  return api.call(`/v2/notifications/${type}`, { method: 'POST', key: as, body });
}

const badRequest = (message: string): object => v2Error(400, 'BadRequestError', message);
const invalid = (...messages: string[]): object => ({
  status_code: 400,
  errors: messages.map((message) => ({ error: 'ValidationError', message })),
});

async function countDocuments(): Promise<number> {
  const { rows } = await api.db.query<{ count: number }>('SELECT count(*)::int AS count FROM documents');
  return rows[0]!.count;
}

describe('a file in an email', () => {
  it('is stored, and its link stands where the placeholder was', async () => {
    const answer = await post({ name: 'Ann', letter: file('a,b\n1,2', { filename: 'table.csv' }) });
    expect(answer.status).toBe(201);
    const { body } = (answer.json as { content: { body: string } }).content;
    const link = /^Read (http:\/\/[^/]+\/d\/[\w-]{22}\/[\w-]{22}\?key=[\w-]+), Ann$/.exec(body)?.[1];
    expect(link).toBeDefined();
    expect((await api.call(link!.replace(api.url, ''))).status).toBe(200);
    const { rows } = await api.db.query({
      text: 'SELECT document_download_count AS count FROM notifications WHERE id = $1',
      values: [(answer.json as { id: string }).id],
    });
    expect(rows).toEqual([{ count: 1 }]);
  });

  it('is read back with the message', async () => {
    const { json } = await post({ name: 'Ann', letter: file('text', { filename: 'a.txt' }) });
    const { id, content } = json as { id: string; content: { body: string } };
    expect((await api.call(`/v2/notifications/${id}`, { key })).json).toMatchObject({ body: content.body });
  });

  it('is counted whether the template has a place for it or not', async () => {
    const answer = await post({
      name: 'Ann',
      letter: file('one', { filename: 'a.txt' }),
      extra: file('two', { filename: 'b.txt', confirm_email_before_download: false }),
    });
    const { rows } = await api.db.query({
      text: 'SELECT document_download_count AS count FROM notifications WHERE id = $1',
      values: [(answer.json as { id: string }).id],
    });
    expect(rows).toEqual([{ count: 2 }]);
  });

  it('leaves a message without files without a count', async () => {
    const answer = await post({ name: 'Ann', letter: 'the page' });
    const { rows } = await api.db.query({
      text: 'SELECT document_download_count AS count FROM notifications WHERE id = $1',
      values: [(answer.json as { id: string }).id],
    });
    expect(rows).toEqual([{ count: null }]);
  });

  it('to a simulated recipient is not stored', async () => {
    const before = await countDocuments();
    const answer = await post(
      { name: 'Ann', letter: file('text', { filename: 'a.txt' }) },
      { email_address: 'simulate-delivered@notifications.service.gov.uk' },
    );
    expect(answer.status).toBe(201);
    expect((answer.json as { content: { body: string } }).content.body).toBe(
      `Read ${api.url}/services/${service.id}/documents/test-document, Ann`,
    );
    expect(await countDocuments()).toBe(before);
  });

  it('makes the email as long as its link is', async () => {
    const long = await aTemplate(api, service.id, {
      templateType: 'email',
      content: `((letter))${'x'.repeat(1_999_990)}`,
    });
    const answer = await post({ name: 'Ann', letter: file('text', { filename: 'a.txt' }) }, { template_id: long.id });
    expect(answer.json).toEqual(
      badRequest(
        `Your message is too long. Emails cannot be longer than 2000000 bytes. Your message is ${
          1_999_990 + `${api.url}/d/`.length + 22 + 1 + 22 + '?key='.length + 43
        } bytes.`,
      ),
    );
  });
});

describe('a file that is refused', () => {
  it.each<[string, object, object]>([
    ['not text', { letter: { file: 5 } }, invalid('file 5 is not of type string')],
    [
      'with several faults',
      { letter: { file: 5, x: 1, filename: 'a', is_csv: 'bad' } },
      invalid(
        'Additional properties are not allowed (x was unexpected)',
        'file 5 is not of type string',
        'is_csv Unsupported value for is_csv: bad. Use a boolean true or false value.',
        'filename `filename` must end with a file extension. For example, filename.csv',
        'Do not set a value for `is_csv` if `filename` is set.',
      ),
    ],
    [
      'kept too long',
      { letter: file('x', { retention_period: '79 weeks' }) },
      invalid(
        'retention_period Unsupported value for retention_period: 79 weeks. Supported periods are from 1 to 78 weeks.',
      ),
    ],
    ['that is no base64', { letter: { file: '§' } }, badRequest('Document is not base64 encoded')],
    [
      'of an unknown type',
      { letter: file('x', { filename: 'a.exe' }) },
      badRequest(
        "Unsupported file type '.exe'. Supported types are: '.csv', '.doc', '.docx', '.jpeg', '.jpg', '.json', '.odt', '.pdf', '.png', '.rtf', '.txt', '.xlsx'",
      ),
    ],
    [
      'of more than two MiB',
      { letter: file(Buffer.alloc(2 * 1024 * 1024 + 1025), { filename: 'a.txt' }) },
      badRequest('Uploaded document exceeds file size limit'),
    ],
  ])('%s', async (_what, personalisation, expected) => {
    const before = await countDocuments();
    const answer = await post({ name: 'Ann', ...personalisation });
    expect(answer.json).toEqual(expected);
    expect(answer.status).toBe(400);
    expect(await countDocuments()).toBe(before);
  });

  it('in a text message', async () => {
    const sms = await aTemplate(api, service.id, { content: 'Read ((letter))' });
    const answer = await api.call('/v2/notifications/sms', {
      method: 'POST',
      key,
      body: { phone_number: '07900900001', template_id: sms.id, personalisation: { letter: file('x') } },
    });
    expect(answer.json).toEqual(badRequest('Can only send a file by email'));
  });

  it('of a service that gives no contact details', async () => {
    const other = await aService(api);
    const itsTemplate = await aTemplate(api, other.id, { templateType: 'email', content: '((letter))' });
    const { text } = await anApiKey(api, other.id);
    const answer = await post(
      { name: 'Ann', letter: file('x', { filename: 'a.txt' }) },
      { template_id: itsTemplate.id },
      text,
    );
    expect(answer.json).toEqual(
      badRequest(
        `Send files by email has not been set up - add contact details for your service at ${api.url}/services/${other.id}/service-settings/send-files-by-email`,
      ),
    );
  });

  it('after everything that can be said of the message without it', async () => {
    const team = (await anApiKey(api, service.id, { keyType: 'team' })).text;
    const bad = { letter: { file: 5 } };
    expect((await post(bad)).json).toEqual(badRequest('Missing personalisation: name'));
    expect((await post({ name: 'Ann', ...bad }, {}, team)).json).toEqual(
      badRequest('Can’t send to this recipient using a team-only API key'),
    );
  });
});
