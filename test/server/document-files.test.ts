import { describe, expect, it } from 'vitest';
import { methodNotAllowedText, plainError, useApi } from './api.ts';
import { authenticate, directPath, open, placeOf, recipient, sendFile, type Sent } from './documents.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-03-01T12:00:00Z');
const api = useApi({ clock });

describe('the file itself', () => {
  const types: [string, string, string, string][] = [
    ['a.csv', 'text/csv; charset=utf-8', 'attachment', '.csv'],
    ['a.rtf', 'application/rtf', 'attachment', '.rtf'],
    ['a.txt', 'text/plain; charset=utf-8', 'inline', '.txt'],
    ['a.pdf', 'application/pdf', 'inline', '.pdf'],
    ['a.json', 'application/json', 'inline', '.json'],
    ['a.png', 'image/png', 'inline', '.png'],
    ['a.jpeg', 'image/jpeg', 'inline', '.jpeg'],
    ['a.doc', 'application/msword', 'inline', '.doc'],
  ];
  it.each(types)('%s is %s, %s', async (filename, type, disposition, extension) => {
    const sent = await sendFile(api, { ...open, filename });
    const file = await api.call(directPath(sent, extension));
    expect(file).toMatchObject({ status: 200, text: 'hello' });
    expect(file.headers).toMatchObject({
      'content-type': type,
      'content-length': '5',
      'content-disposition': `${disposition}; filename="${filename}"; filename*=UTF-8''${filename}`,
      'x-robots-tag': 'noindex, nofollow',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    const policy = file.headers['content-security-policy'] as string;
    if (extension === '.pdf') expect(policy).not.toContain('sandbox');
    else expect(policy).toMatch(/^default-src 'none'; sandbox; /);
  });

  it('is found without an extension, too, and not with another one', async () => {
    const sent = await sendFile(api, open);
    expect((await api.call(directPath(sent, ''))).status).toBe(200);
    for (const extension of ['.pdf', '.', '.txt.txt', '.TXT']) {
      const answer = await api.call(directPath(sent, extension));
      expect(answer.status).toBe(404);
      expect(answer.json).toEqual({ error: 'No such file, or it is not available any more' });
    }
  });

  it('has its name in every spelling that headers know', async () => {
    const sent = await sendFile(api, { ...open, filename: `"Zoë’s\r\n(100%) 'file'".txt` });
    const { headers } = await api.call(directPath(sent));
    expect(headers['content-disposition']).toBe(
      `inline; filename="_Zo__s__(100_) 'file'_.txt"; filename*=UTF-8''%22Zo%C3%AB%E2%80%99s%0D%0A%28100%25%29%20%27file%27%22.txt`,
    );
  });

  it('has no name and no charset when there are none', async () => {
    const file = Buffer.from('caf\xe9', 'latin1').toString('base64');
    const { headers } = await api.call(directPath(await sendFile(api, { ...open, file, is_csv: true }), '.csv'));
    expect(headers).toMatchObject({ 'content-disposition': 'attachment', 'content-type': 'text/csv' });
  });

  it('answers HEAD with the same headers', async () => {
    const answer = await api.call(directPath(await sendFile(api, open)), { method: 'HEAD' });
    expect(answer).toMatchObject({ status: 200, text: '', headers: { 'content-length': '5' } });
  });

  it.each([
    ['no key', '', 400, 'Missing decryption key'],
    ['an empty key', '?key=', 400, 'Missing decryption key'],
    ['a key that is none', '?key=abc', 400, 'Invalid decryption key'],
    ['two keys', `?key=${'A'.repeat(43)}&key=${'A'.repeat(43)}`, 400, 'Invalid decryption key'],
    ['another key', `?key=${'A'.repeat(43)}`, 400, 'Invalid decryption key'],
  ])('is refused with %s, and so is what is known of it', async (_name, query, status, error) => {
    const sent = await sendFile(api, open);
    for (const path of [`${placeOf(sent)}.txt${query}`, `${placeOf(sent)}/check${query}`]) {
      const answer = await api.call(path);
      expect(answer.status).toBe(status);
      expect(answer.json).toEqual({ error });
      expect(answer.headers['x-robots-tag']).toBe('noindex, nofollow');
    }
  });

  it('is not found for another service, or when it is none', async () => {
    const sent = await sendFile(api, open);
    const other = await sendFile(api, open);
    for (const path of [
      directPath({ ...sent, serviceId: other.serviceId }),
      directPath({ ...sent, documentId: other.serviceId }),
      `/services/${sent.serviceId}/documents/test-document?key=${sent.key}`,
      `/services/x/documents/${sent.documentId}.txt?key=${sent.key}`,
    ]) {
      const answer = await api.call(path);
      expect(answer.status).toBe(404);
      expect(answer.json).toEqual({ error: 'No such file, or it is not available any more' });
    }
  });

  it('is 405 to other methods, before anything is looked at', async () => {
    const sent = await sendFile(api, open);
    for (const [method, path] of [
      ['POST', directPath(sent)],
      ['DELETE', directPath(sent)],
      ['POST', `${placeOf(sent)}/check`],
      ['GET', `${placeOf(sent)}/authenticate`],
    ] as const) {
      expect(await api.call(path, { method }), path).toMatchObject({
        status: 405,
        json: plainError(methodNotAllowedText),
      });
    }
  });

  it('brings people who may not have it to the page of the link', async () => {
    const headers = { accept: 'text/html,application/xhtml+xml;q=0.9' };
    const closed = await sendFile(api);
    expect(await api.call(directPath(closed), { headers })).toMatchObject({
      status: 303,
      headers: { location: `${api.url}${closed.link}` },
    });
    const gone = await sendFile(api, { ...open, retention_period: '1 week' });
    clock.advance(7 * 24 * 60 * 60 * 1000);
    expect(await api.call(directPath(gone), { headers })).toMatchObject({ status: 303 });
    expect((await api.call(directPath(gone))).status).toBe(404);
  });
});

describe('what is known of a file', () => {
  it('is told to the holder of the link', async () => {
    const sent = await sendFile(api, { filename: 'Zoë.csv', retention_period: '2 weeks' });
    const until = new Date(clock.now().getTime() + 14 * 24 * 60 * 60 * 1000);
    expect((await api.call(`${placeOf(sent)}/check?key=${sent.key}`)).json).toEqual({
      document: {
        direct_file_url: `${api.url}${directPath(sent, '.csv')}`,
        verify_email: true,
        size_in_bytes: 5,
        file_extension: 'csv',
        filename: 'Zoë.csv',
        available_until: until.toISOString().replace('Z', '000Z'),
      },
    });
    clock.set(until);
    expect((await api.call(`${placeOf(sent)}/check?key=${sent.key}`)).json).toEqual({ document: null });
  });

  it('says that nothing has to be confirmed', async () => {
    const sent = await sendFile(api, open);
    const { document } = (await api.call(`${placeOf(sent)}.txt/check?key=${sent.key}`)).json;
    expect(document).toMatchObject({ verify_email: false, filename: null, file_extension: 'txt' });
  });
});

describe('POST …/authenticate', () => {
  it('gives what opens the file', async () => {
    const sent = await sendFile(api);
    const answer = await authenticate(api, sent, { key: sent.key, email_address: recipient });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      signed_data: expect.stringMatching(/^[\w.-]+$/) as string,
      direct_file_url: `${api.url}${directPath(sent)}`,
    });
    const cookie = `document_access_signed_data=${answer.json.signed_data}`;
    expect(await api.call(directPath(sent), { headers: { cookie } })).toMatchObject({ status: 200, text: 'hello' });
  });

  it.each<[string, (sent: Sent) => object, number, string]>([
    ['another address', ({ key }) => ({ key, email_address: 'else@example.com' }), 403, 'Authentication failure'],
    ['no address', ({ key }) => ({ key, email_address: '' }), 403, 'Authentication failure'],
    ['another key', () => ({ key: 'A'.repeat(43), email_address: recipient }), 400, 'Invalid decryption key'],
    ['no key', () => ({ key: '', email_address: recipient }), 400, 'Invalid decryption key'],
    ['nothing', () => ({}), 400, 'key is a required property; email_address is a required property'],
    [
      'numbers',
      () => ({ key: 1, email_address: 2 }),
      400,
      'key 1 is not of type string; email_address 2 is not of type string',
    ],
  ])('refuses %s', async (_name, body, status, error) => {
    const sent = await sendFile(api);
    const answer = await authenticate(api, sent, body(sent));
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual({ error });
  });

  it('refuses what is no JSON, and finds nothing where nothing is', async () => {
    const sent = await sendFile(api);
    expect((await api.call(`${placeOf(sent)}/authenticate`, { method: 'POST', text: '{' })).json).toEqual({
      error: 'Invalid JSON supplied in POST data',
    });
    const elsewhere = { ...sent, documentId: sent.serviceId };
    const answer = await authenticate(api, elsewhere, { key: sent.key, email_address: recipient });
    expect(answer.status).toBe(404);
  });
});
