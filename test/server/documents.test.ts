import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/lib/core/json.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { notFoundText, plainError, useApi, type ApiAnswer } from './api.ts';
import { authenticate, directPath, open, placeOf, recipient, sendFile, type Sent } from './documents.ts';
import { createTestClock } from './test-clock.ts';

const clock = createTestClock('2026-03-01T12:00:00Z');
const log = createLogCapture('trace');
const api = useApi({ clock, logger: log.logger });

const escaped = ({ serviceName }: Sent): string =>
  serviceName.replace('&', '&#38;').replace('<', '&#60;').replace('>', '&#62;');

/** What a reader gets: the text of the page. */
function textOf({ text }: ApiAnswer): string {
  return text
    .slice(text.indexOf('<main'))
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function hrefs({ text }: ApiAnswer): string[] {
  return [...text.matchAll(/href="([^"#][^"]*)"/g)].map(([, url]) => url!);
}

function enter(sent: Sent, form: string): Promise<ApiAnswer> {
  return api.call(`${sent.path}/confirm-email-address?key=${sent.key}`, { method: 'POST', text: form });
}

const enterAddress = (sent: Sent, address: string): Promise<ApiAnswer> =>
  enter(sent, new URLSearchParams({ email_address: address }).toString());

/** The Cookie header that a browser sends to a path afterwards. */
function cookieFor(answer: ApiAnswer, path: string): string {
  const cookies = (answer.headers['set-cookie'] ?? []).map((cookie) => /^([^;]+); Path=([^;]+)/.exec(cookie)!);
  const matching = cookies.filter(([, , scope]) => path === scope || path.startsWith(`${scope}/`));
  return matching.map(([, pair]) => pair).join('; ');
}

describe('the page of a link', () => {
  it('names the service and leads on to the file', async () => {
    const sent = await sendFile(api, open);
    const page = await api.call(sent.link);
    expect(page.status).toBe(200);
    expect(page.text).toContain(`<title>You have a file to download – ${escaped(sent)}</title>`);
    expect(textOf(page)).toContain(`${escaped(sent)} sent you a file to download.`);
    expect(hrefs(page)).toEqual([
      `${api.url}${sent.path}/download?key=${sent.key}`,
      'https://example.com/contact?a=1&#38;b=2',
    ]);
  });

  it('leads to the question for the address where that is wanted', async () => {
    const sent = await sendFile(api);
    expect(hrefs(await api.call(sent.link))[0]).toBe(`${api.url}${sent.path}/confirm-email-address?key=${sent.key}`);
  });

  it.each([
    ['help@example.com', '<a href="mailto:help@example.com">help@example.com</a>'],
    ['020 7946 0000', ': 020 7946 0000.'],
    ['javascript:alert(1)', ': javascript:alert(1).'],
  ])('says how to reach the service: %s', async (contactLink, shown) => {
    const page = await api.call((await sendFile(api, open, contactLink)).link);
    expect(page.text).toContain(shown);
    expect(page.text).not.toMatch(/href="javascript/i);
  });

  it('can be read without script, by machines that read aloud, and is kept from search engines', async () => {
    const sent = await sendFile(api, { filename: 'a.pdf' });
    for (const step of ['', '/confirm-email-address']) {
      const page = await api.call(`${sent.path}${step}?key=${sent.key}`);
      expect(page.headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'x-robots-tag': 'noindex, nofollow',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'cache-control': 'no-store, no-cache, private, must-revalidate',
      });
      const style = /<style>([^]*)<\/style>/.exec(page.text)![1]!;
      const hash = createHash('sha256').update(style).digest('base64');
      expect(page.headers['content-security-policy']).toBe(
        `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      );
      expect(page.text).toMatch(/^<!doctype html>\s*<html lang="en">/);
      expect(page.text).not.toMatch(/<script|<img|<link|style=|\son\w+=/i);
      expect(page.text.match(/<h1>/g)).toHaveLength(1);
      expect(page.text).toContain('<a href="#main" class="skip">');
      expect(page.text).toContain('<main id="main"');
    }
  });

  it('answers HEAD, and 405 to anything else', async () => {
    const { link } = await sendFile(api, open);
    expect(await api.call(link, { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
    expect(await api.call(link, { method: 'POST' })).toMatchObject({ status: 405 });
  });
});

describe('a link that leads nowhere', () => {
  it('says that the file is no longer available, and whom to ask', async () => {
    const sent = await sendFile(api, { ...open, retention_period: '1 week' });
    const start = clock.now();
    clock.advance(7 * 24 * 60 * 60 * 1000);
    for (const step of ['', '/confirm-email-address', '/download']) {
      const page = await api.call(`${sent.path}${step}?key=${sent.key}`);
      expect(page.status).toBe(410);
      expect(textOf(page)).toBe(
        `No longer available The link to download your file has expired. If you still need the file, contact ${escaped(sent)} .`,
      );
    }
    clock.set(start);
  });

  it('says so of a file and a service that never were', async () => {
    const sent = await sendFile(api, open);
    const none = 'A'.repeat(22);
    for (const path of [sent.path.replace(/[^/]+$/, none), `/d/${none}/${none}`]) {
      expect(await api.call(`${path}?key=${sent.key}`)).toMatchObject({ status: 410 });
    }
    const page = await api.call(`/d/${none}/${none}?key=${sent.key}`);
    expect(textOf(page)).toContain('If you still need the file, ask the service that sent you the link.');
  });

  it.each([
    ['without a key', ({ path }: Sent) => path],
    ['with an empty key', ({ path }: Sent) => `${path}?key=`],
    ['with two keys', ({ link, key }: Sent) => `${link}&key=${key}`],
    ['with a key that is cut', ({ link }: Sent) => link.slice(0, -1)],
    ['with another key', ({ path }: Sent) => `${path}?key=${'A'.repeat(43)}`],
    ['with an id that is cut', ({ path, key }: Sent) => `${path.slice(0, -1)}?key=${key}`],
    ['with ids in full', ({ serviceId, documentId, key }: Sent) => `/d/${serviceId}/${documentId}?key=${key}`],
  ])('is not found %s', async (_name, change) => {
    const page = await api.call(change(await sendFile(api, open)));
    expect(page.status).toBe(404);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(textOf(page)).toMatch(/^Page not found/);
  });

  it('is unknown to the router when it has other parts', async () => {
    const { path, key } = await sendFile(api, open);
    for (const wrong of [`${path}/?key=${key}`, `${path}/other?key=${key}`, '/d/', '/d']) {
      const answer = await api.call(wrong);
      expect(answer.status).toBe(404);
      expect(answer.json).toEqual(plainError(notFoundText));
    }
  });
});

describe('the question for the address', () => {
  it('is not asked for a file that needs none', async () => {
    const sent = await sendFile(api, open);
    for (const answer of [
      await api.call(`${sent.path}/confirm-email-address?key=${sent.key}`),
      await enterAddress(sent, 'a@example.com'),
    ]) {
      expect(answer.status).toBe(303);
      expect(answer.headers.location).toBe(`${api.url}${sent.path}/download?key=${sent.key}`);
    }
  });

  it('is a form with a label', async () => {
    const sent = await sendFile(api);
    const page = await api.call(`${sent.path}/confirm-email-address?key=${sent.key}`);
    expect(page.status).toBe(200);
    expect(page.text).toContain(
      `<form method="post" action="${api.url}${sent.path}/confirm-email-address?key=${sent.key}" novalidate>`,
    );
    expect(page.text).toContain('<label for="email_address">Email address</label>');
    expect(page.text).toMatch(
      /<input\s+id="email_address"\s+name="email_address"\s+type="email"\s+autocomplete="email"/,
    );
    expect(page.text).not.toContain('role="alert"');
  });

  it.each([
    ['', 400, 'Enter your email address'],
    ['email_address=', 400, 'Enter your email address'],
    ['other=1', 400, 'Enter your email address'],
    ['email_address=nobody', 400, 'Enter an email address in the correct format, like name@example.com'],
    ['email_address=%22%3Ea', 400, 'Enter an email address in the correct format, like name@example.com'],
    ['email_address=%FF%FE', 400, 'Enter an email address in the correct format, like name@example.com'],
    ['email_address=else%40example.com', 403, `This is not the email address that SERVICE sent the file to`],
  ])('is asked again after %j', async (form, status, message) => {
    const sent = await sendFile(api);
    const said = message.replace('SERVICE', escaped(sent));
    const page = await enter(sent, form);
    expect(page.status).toBe(status);
    expect(page.text).toContain(`<title>Error: Confirm your email address – `);
    expect(textOf(page)).toMatch(new RegExp(`^There is a problem ${said} Confirm your email address`));
    expect(page.text).toContain(`<a href="#email_address">${said}</a>`);
    expect(page.text).toContain(`<p class="error" id="email_address-error">Error: ${said}</p>`);
    expect(page.text).toContain('aria-describedby="email_address-error" aria-invalid="true"');
    expect(page.headers['set-cookie']).toBeUndefined();
    const entered = new URLSearchParams(form).get('email_address') ?? '';
    expect(page.text).toContain(`value="${entered.replace('"', '&#34;').replace('>', '&#62;')}"`);
  });

  it('opens the file once it is answered', async () => {
    const sent = await sendFile(api);
    const download = `${sent.path}/download`;
    const closed = await api.call(`${download}?key=${sent.key}`);
    expect(closed.status).toBe(303);
    expect(closed.headers.location).toBe(`${api.url}${sent.path}/confirm-email-address?key=${sent.key}`);
    expect((await api.call(directPath(sent))).status).toBe(403);

    const answer = await enterAddress(sent, ' SomeOne@Example.com ');
    expect(answer.status).toBe(303);
    expect(answer.headers.location).toBe(`${api.url}${download}?key=${sent.key}`);
    for (const cookie of answer.headers['set-cookie']!)
      expect(cookie).toMatch(/^document_access_signed_data=[\w.-]+; Path=[^;]+; Max-Age=3600; HttpOnly; SameSite=Lax$/);

    const cookie = cookieFor(answer, download);
    const page = await api.call(`${download}?key=${sent.key}`, { headers: { cookie: `other=1; ${cookie}` } });
    expect(page.status).toBe(200);
    const file = await api.call(directPath(sent), { headers: { cookie: cookieFor(answer, `${placeOf(sent)}.txt`) } });
    expect(file).toMatchObject({ status: 200, text: 'hello' });
    // Nothing of one document's cookies goes to another's.
    expect(cookieFor(answer, `${placeOf(await sendFile(api))}.txt`)).toBe('');
    expect((await api.call(directPath(await sendFile(api)), { headers: { cookie } })).status).toBe(403);
  });

  it('is not asked more than 50 times in 5 minutes', async () => {
    const sent = await sendFile(api);
    for (let turn = 0; turn < 50; turn += 1) expect((await enterAddress(sent, 'else@example.com')).status).toBe(403);
    const page = await enterAddress(sent, recipient);
    expect(page.status).toBe(429);
    expect(textOf(page)).toMatch(/^Try again in 5 minutes/);
    const answer = await authenticate(api, sent, { key: sent.key, email_address: recipient });
    expect(answer).toMatchObject({
      status: 429,
      headers: { 'retry-after': '300' },
      json: { error: 'Too many requests' },
    });
    clock.advance(300 * 1000);
    expect((await enterAddress(sent, recipient)).status).toBe(303);
  });
});

describe('the page with the file', () => {
  it.each<[JsonObject, string, string]>([
    [
      { filename: '<Zoë>.PDF' },
      '.pdf',
      'Download this PDF (5 bytes) File name &#60;Zoë&#62;.PDF File type PDF File size 5 bytes',
    ],
    [{}, '.txt', 'Download this text file (5 bytes) File type text file File size 5 bytes'],
    [
      { filename: 'a.xlsx', file: Buffer.alloc(1536).toString('base64') },
      '.xlsx',
      'Download this Microsoft Excel spreadsheet (2 KB) File name a.xlsx File type Microsoft Excel spreadsheet File size 2 KB',
    ],
    [
      { filename: 'a.csv', file: Buffer.alloc(2 * 1024 ** 2).toString('base64') },
      '.csv',
      'Download this CSV file (2.0 MB)',
    ],
  ])('says what it is: %j', async (members, extension, said) => {
    const sent = await sendFile(api, { ...open, ...members });
    const page = await api.call(`${sent.path}/download?key=${sent.key}`);
    expect(page.status).toBe(200);
    expect(textOf(page)).toMatch(new RegExp(`^Download your file ${said.replace(/[().]/g, '\\$&')} `));
    expect(hrefs(page)[0]).toBe(`${api.url}${directPath(sent, extension)}`);
  });

  it('says until when, as clocks in the United Kingdom show it', async () => {
    const page = async ({ path, key }: Sent): Promise<string> => textOf(await api.call(`${path}/download?key=${key}`));
    const start = clock.now();
    clock.set('2026-03-01T12:00:00Z');
    expect(await page(await sendFile(api, open))).toContain('Available until 13:00 on 30 August 2026 ');
    expect(await page(await sendFile(api, { ...open, retention_period: '1 week' }))).toContain(
      'until 12:00 on 8 March 2026 ',
    );
    clock.set(start);
  });
});

it('never logs keys or addresses', async () => {
  const sent = await sendFile(api);
  await api.call(sent.link);
  await enterAddress(sent, recipient);
  await enterAddress(sent, 'else@example.com');
  await api.call(directPath(sent));
  await api.storage.put('documents', `${sent.serviceId}/${sent.documentId}`, Buffer.alloc(40));
  const { signed_data: token } = (await authenticate(api, sent, { key: sent.key, email_address: recipient })).json;
  const cookie = `document_access_signed_data=${token}`;
  // The content is damaged: an error that is logged.
  const before = log.lines('error').length;
  expect((await api.call(directPath(sent), { headers: { cookie } })).status).toBe(500);
  expect(log.lines('error')).toHaveLength(before + 1);
  const logged = JSON.stringify(log.lines());
  expect(logged).toContain('/services/:id/documents/:file');
  for (const secret of [sent.key, recipient, 'else@example.com', String(token)]) expect(logged).not.toContain(secret);
});
