/** The requests of the clients, byte by byte (delivery sheet §5). */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readSmsWebhook } from '../../src/lib/config/sms-webhook.ts';
import { createSesProvider } from '../../src/lib/providers/email/ses.ts';
import { createSesStubProvider } from '../../src/lib/providers/email/ses-stub.ts';
import type { EmailMessage, EmailProvider, SmsMessage, SmsProvider } from '../../src/lib/providers/provider.ts';
import { createFiretextProvider, type FiretextOptions } from '../../src/lib/providers/sms/firetext.ts';
import { createWebhookProvider } from '../../src/lib/providers/sms/http-webhook.ts';
import { createMmgProvider, type MmgOptions } from '../../src/lib/providers/sms/mmg.ts';
import { receiptUrl } from '../../src/lib/providers/sms/receipt-url.ts';
import type { StubRequest } from '../../src/lib/providers/stub/start-provider-stub.ts';
import { stubGateway } from '../../src/lib/providers/stub/stub-protocols.ts';
import { useProviderStub } from '../support/provider-stub.ts';

const stub = useProviderStub();
const limits = { connections: 1, timeoutMs: 5000 };
const id = '0199c2a0-7c1a-7000-8000-000000000001';
const message: SmsMessage = {
  notificationId: id,
  to: '447700900123',
  sender: 'GOVUK',
  content: 'a "b" £ 📩\n&',
  international: false,
};

const opened: { close?(): Promise<void> }[] = [];
afterEach(async () => {
  for (const client of opened.splice(0)) await client.close?.();
});

async function requestOf<Message>(
  client: { send(message: Message): Promise<unknown>; close?(): Promise<void> },
  sent: Message,
): Promise<StubRequest> {
  opened.push(client);
  await client.send(sent);
  expect(stub.requests).toHaveLength(1);
  return stub.requests[0]!;
}

describe('MMG', () => {
  const mmg = (options: Partial<MmgOptions> = {}): SmsProvider =>
    createMmgProvider({
      url: `${stub.url}/mmg/jsonv2a/api.php`,
      apiKey: 'a2V5',
      receiptUrl: null,
      ...limits,
      ...options,
    });

  it('is asked as it wants', async () => {
    const { method, url, headers, body } = await requestOf(mmg(), message);
    expect({ method, url }).toEqual({ method: 'POST', url: '/mmg/jsonv2a/api.php' });
    expect(headers).toMatchObject({ 'content-type': 'application/json', authorization: 'Basic a2V5' });
    expect(body).toBe(
      `{"reqType":"BULK","MSISDN":"447700900123","msg":"a \\"b\\" £ 📩\\n&","sender":"GOVUK","cid":"${id}","multi":true}`,
    );
  });

  it('keeps a leading +', async () => {
    const { body } = await requestOf(mmg(), { ...message, to: '+12025550123' });
    expect(JSON.parse(body)).toMatchObject({ MSISDN: '+12025550123' });
  });

  it('is told where receipts go', async () => {
    const { body } = await requestOf(mmg({ receiptUrl: 'https://n.example/notifications/sms/mmg' }), message);
    expect(body).toMatch(/,"multi":true,"delurl":"https:\/\/n\.example\/notifications\/sms\/mmg"}$/);
  });
});

it.each([
  ['https://n.example/notifications/sms/mmg', null, 'https://n.example/notifications/sms/mmg'],
  ['https://n.example/notifications/sms/mmg', ['user', 'pass'], 'https://user:pass@n.example/notifications/sms/mmg'],
  ['http://n.example:8080/x', ['u', 'p'], 'http://u:p@n.example:8080/x'],
  ['https://n.example/x', ['a@b', 'c:/d'], 'https://a%40b:c%3A%2Fd@n.example/x'],
] as const)('receipts at %s with %j go to %s', (base, credentials, url) => {
  expect(receiptUrl(base, credentials)).toBe(url);
});

describe('Firetext', () => {
  const firetext = (options: Partial<FiretextOptions> = {}): SmsProvider =>
    createFiretextProvider({
      url: `${stub.url}/firetext/api/sendsms/json`,
      apiKey: 'key',
      internationalApiKey: 'abroad',
      receiptUrl: null,
      ...limits,
      ...options,
    });

  it('is asked as it wants', async () => {
    const { method, url, headers, body } = await requestOf(firetext(), { ...message, to: '+44+7700900123' });
    expect({ method, url }).toEqual({ method: 'POST', url: '/firetext/api/sendsms/json' });
    expect(headers).toMatchObject({ 'content-type': 'application/x-www-form-urlencoded' });
    expect(body).toBe(
      `apiKey=key&from=GOVUK&to=447700900123&message=a+%22b%22+%C2%A3+%F0%9F%93%A9%0A%26&reference=${id}`,
    );
  });

  it('gets another key for texts that go abroad, where there is one', async () => {
    const { body } = await requestOf(firetext(), { ...message, international: true });
    expect(body).toMatch(/^apiKey=abroad&/);
    stub.reset();
    const without = await requestOf(firetext({ internationalApiKey: null }), { ...message, international: true });
    expect(without.body).toMatch(/^apiKey=key&/);
  });

  it('is told where receipts go', async () => {
    const { body } = await requestOf(firetext({ receiptUrl: 'https://u:p@n.example/r' }), message);
    expect(body).toMatch(/&receipt=https%3A%2F%2Fu%3Ap%40n\.example%2Fr$/);
  });

  it.each(['0', '"0"', 'null', '1', 'true'])('only takes the code 0 for a yes (%s)', async (code) => {
    const { createServer } = await import('node:http');
    const server = createServer((_request, response) => response.end(`{"code":${code}}`));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const client = firetext({ url: `http://127.0.0.1:${port}/` });
    opened.push(client);
    const sent = client.send(message);
    if (code === '0') await sent;
    else await expect(sent).rejects.toThrow('SMS client error (Invalid response JSON)');
    server.closeAllConnections();
    server.close();
  });
});

describe('SES', () => {
  const email: EmailMessage = {
    notificationId: id,
    to: 'føøøø@bååååår.com',
    from: { name: 'Passports', address: 'passports@bücher.example' },
    replyTo: 'replies@bååååår.com',
    subject: 'About £5',
    text: 'Plain',
    html: '<p>Plain</p>',
    unsubscribeUrl: 'https://n.example/unsubscribe?a=1&b=2',
  };
  const ses = (configurationSet: string | null = null): EmailProvider =>
    createSesProvider({ region: 'eu-west-2', endpoint: `${stub.url}/ses`, configurationSet, ...limits });

  beforeAll(() => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIASTUB', AWS_SECRET_ACCESS_KEY: 'secret' });
  });
  afterAll(() => {
    delete process.env['AWS_ACCESS_KEY_ID'];
    delete process.env['AWS_SECRET_ACCESS_KEY'];
  });

  it('is asked as it wants, signed', async () => {
    const { method, url, headers, body } = await requestOf(ses(), email);
    expect({ method, url }).toEqual({ method: 'POST', url: '/ses/v2/email/outbound-emails' });
    expect(headers).toMatchObject({ 'content-type': 'application/json', host: new URL(stub.url).host });
    expect(headers['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIASTUB\/\d{8}\/eu-west-2\/ses\/aws4_request, SignedHeaders=.*host.*, Signature=[0-9a-f]{64}$/,
    );
    expect(JSON.parse(body)).toEqual({
      FromEmailAddress: '"Passports" <passports@xn--bcher-kva.example>',
      Destination: { ToAddresses: ['føøøø@xn--br-yiaaaaa.com'], CcAddresses: [], BccAddresses: [] },
      Content: {
        Simple: {
          Subject: { Data: 'About £5' },
          Body: { Text: { Data: 'Plain' }, Html: { Data: '<p>Plain</p>' } },
          Headers: [
            { Name: 'List-Unsubscribe', Value: '<https://n.example/unsubscribe?a=1&b=2>' },
            { Name: 'List-Unsubscribe-Post', Value: 'List-Unsubscribe=One-Click' },
          ],
        },
      },
      ReplyToAddresses: ['replies@xn--br-yiaaaaa.com'],
    });
  });

  it('gets empty lists for what an email has not', async () => {
    const { body } = await requestOf(ses(), { ...email, replyTo: null, unsubscribeUrl: null });
    expect(JSON.parse(body)).toMatchObject({ ReplyToAddresses: [], Content: { Simple: { Headers: [] } } });
  });

  it('is told the configuration set', async () => {
    const { body } = await requestOf(ses('notify'), email);
    expect(JSON.parse(body)).toMatchObject({ ConfigurationSetName: 'notify' });
  });

  it('is not asked when a stub is, which learns nothing of the email', async () => {
    const { method, url, headers, body } = await requestOf(
      createSesStubProvider({ url: `${stub.url}/ses`, ...limits }),
      email,
    );
    expect({ method, url, body }).toEqual({ method: 'POST', url: '/ses', body: 'id=dummy-data' });
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
  });
});

describe('an HTTP gateway', () => {
  it.each([
    [
      'JSON',
      { url: '/webhook/sms', body: { to: ['+((to))'], text: '((content))', meta: { ref: '((reference))', n: 1 } } },
      'POST',
      '/webhook/sms',
      `{"to":["+447700900123"],"text":"a \\"b\\" £ 📩\\n&","meta":{"ref":"${id}","n":1}}`,
    ],
    [
      'a form',
      {
        url: '/webhook',
        method: 'PUT',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: 'to=((to))&from=((from))&text=((content))',
      },
      'PUT',
      '/webhook',
      'to=447700900123&from=GOVUK&text=a+%22b%22+%C2%A3+%F0%9F%93%A9%0A%26',
    ],
    [
      'a URL',
      { url: '/webhook/((to))?text=((content))&id=((reference))', method: 'GET' },
      'GET',
      `/webhook/447700900123?text=a%20%22b%22%20%C2%A3%20%F0%9F%93%A9%0A%26&id=${id}`,
      '',
    ],
    [
      'XML',
      {
        url: '/webhook',
        headers: { 'content-type': 'text/xml; charset=utf-8' },
        body: '<sms to="((to))">((content))</sms>',
      },
      'POST',
      '/webhook',
      '<sms to="447700900123">a &#34;b&#34; £ 📩\n&#38;</sms>',
    ],
  ] as const)('is asked with %s', async (_name, webhook, method, url, body) => {
    const client = createWebhookProvider(readSmsWebhook({ ...webhook, url: `${stub.url}${webhook.url}` }), limits);
    const request = await requestOf(client, message);
    expect({ method: request.method, url: request.url, body: request.body }).toEqual({ method, url, body });
  });

  it('gets headers that a value cannot break out of', async () => {
    const webhook = { url: `${stub.url}/webhook`, headers: { 'x-from': '((from))', 'x-ref': 'r-((reference))' } };
    const client = createWebhookProvider(readSmsWebhook(webhook), limits);
    const { headers } = await requestOf(client, { ...message, sender: 'A B\r\nX-Evil: 1é' });
    expect(headers).toMatchObject({ 'x-from': 'A B%0D%0AX-Evil: 1%C3%A9', 'x-ref': `r-${id}` });
    expect(headers['x-evil']).toBeUndefined();
  });

  it('that sends receipts is not taken at its word', async () => {
    const client = createWebhookProvider(readSmsWebhook(stubGateway(stub.url)), limits);
    opened.push(client);
    expect(await client.send(message)).toEqual({ reference: null, verdict: null });
  });

  it.each([
    [{ status: [200] }, null],
    [{ status: [202] }, 'status 200 is no success'],
    [{ contains: '"ok"' }, null],
    [{ contains: 'queued' }, 'the answer lacks the text of a success'],
    [{ path: 'result', equals: 'ok' }, null],
    [{ path: 'result', equals: 'OK' }, "'result' is no success"],
    [{ path: 'a.b.0', equals: null }, "'a.b.0' is no success"],
  ])('with the success %j says %s', async (success, reason) => {
    const client = createWebhookProvider(readSmsWebhook({ url: `${stub.url}/webhook`, success }), limits);
    opened.push(client);
    if (reason === null) await client.send(message);
    else {
      await expect(client.send(message)).rejects.toMatchObject({
        code: 'PROVIDER_FAILED',
        message: 'SMS client error (Invalid response JSON)',
        details: { reason },
      });
    }
  });
});
