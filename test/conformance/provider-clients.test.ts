/** What every client of a provider does, against the stub that plays them all (delivery sheet §5). */
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSmsWebhook } from '../../src/lib/config/sms-webhook.ts';
import { isAppError } from '../../src/lib/core/errors.ts';
import { createMetrics } from '../../src/lib/observability/metrics.ts';
import { noStatsd } from '../../src/lib/observability/statsd.ts';
import { createTelemetry } from '../../src/lib/observability/telemetry.ts';
import { createSesProvider } from '../../src/lib/providers/email/ses.ts';
import { createSesStubProvider } from '../../src/lib/providers/email/ses-stub.ts';
import { observeProvider } from '../../src/lib/providers/observe-provider.ts';
import type { EmailMessage, MessageProvider, SendResult, SmsMessage } from '../../src/lib/providers/provider.ts';
import { createFiretextProvider } from '../../src/lib/providers/sms/firetext.ts';
import { createWebhookProvider } from '../../src/lib/providers/sms/http-webhook.ts';
import { createMmgProvider } from '../../src/lib/providers/sms/mmg.ts';
import type { StubProvider, StubScenario } from '../../src/lib/providers/stub/stub-scenario.ts';
import { createLogCapture } from '../support/log-capture.ts';
import { useProviderStub } from '../support/provider-stub.ts';

const stub = useProviderStub();
const timeoutMs = 250;
const connections = 4;
const secret = 'c3VwZXItc2VjcmV0';

const sms: SmsMessage = {
  notificationId: '0199c2a0-7c1a-7000-8000-000000000001',
  to: '447700900123',
  sender: 'GOVUK',
  content: 'Dear “Zoë” & co: 100%\n£5',
  international: false,
};
const email: EmailMessage = {
  notificationId: sms.notificationId,
  to: 'someone@example.com',
  from: { name: 'Passports', address: 'passports@notify.example' },
  replyTo: null,
  subject: 'About £5',
  text: 'Plain “text”',
  html: '<p>Plain “text”</p>',
  unsubscribeUrl: null,
};

type Code = 'PROVIDER_FAILED' | 'PROVIDER_REFUSED';
type Failure = readonly [Code, string | RegExp];

interface Client {
  readonly provider: StubProvider;
  readonly create: (base: string) => MessageProvider<never>;
  readonly message: SmsMessage | EmailMessage;
  /** An answer, and what `send` throws at it; `taken` = it throws nothing. */
  readonly answers: Readonly<Record<'refuse' | 'throttle' | 'garbage' | 'incomplete', Failure | 'taken'>>;
  readonly broken: Failure;
}

const requestFailed: Failure = ['PROVIDER_FAILED', 'SMS client error (Request failed)'];
const invalidAnswer: Failure = ['PROVIDER_FAILED', 'SMS client error (Invalid response JSON)'];
const sesFailed: Failure = ['PROVIDER_FAILED', /^SES: /];
const sesStubFailed: Failure = ['PROVIDER_FAILED', /^SES stub: /];

const clients: Readonly<Record<string, Client>> = {
  mmg: {
    provider: 'mmg',
    create: (base) =>
      createMmgProvider({ url: `${base}/mmg`, apiKey: secret, receiptUrl: null, connections, timeoutMs }),
    message: sms,
    answers: { refuse: requestFailed, throttle: requestFailed, garbage: invalidAnswer, incomplete: 'taken' },
    broken: requestFailed,
  },
  firetext: {
    provider: 'firetext',
    create: (base) =>
      createFiretextProvider({
        url: `${base}/firetext`,
        apiKey: secret,
        internationalApiKey: null,
        receiptUrl: null,
        connections,
        timeoutMs,
      }),
    message: sms,
    answers: { refuse: invalidAnswer, throttle: requestFailed, garbage: invalidAnswer, incomplete: invalidAnswer },
    broken: requestFailed,
  },
  webhook: {
    provider: 'webhook',
    create: (base) =>
      createWebhookProvider(
        readSmsWebhook({
          url: `${base}/webhook?key=${secret}`,
          headers: { authorization: `Bearer ${secret}` },
          body: { to: '((to))', text: '((content))' },
          success: { path: 'result', equals: 'ok' },
          timeout: timeoutMs / 1000,
        }),
        { connections },
      ),
    message: sms,
    answers: { refuse: requestFailed, throttle: requestFailed, garbage: invalidAnswer, incomplete: invalidAnswer },
    broken: requestFailed,
  },
  ses: {
    provider: 'ses',
    create: (base) =>
      createSesProvider({
        region: 'eu-west-1',
        endpoint: `${base}/ses`,
        configurationSet: null,
        connections,
        timeoutMs,
      }),
    message: email,
    answers: {
      refuse: ['PROVIDER_REFUSED', 'SES: BadRequestException: Invalid parameter'],
      throttle: ['PROVIDER_FAILED', 'SES: TooManyRequestsException: Too many requests'],
      garbage: sesFailed,
      incomplete: ['PROVIDER_FAILED', 'SES: the answer has no MessageId'],
    },
    broken: sesFailed,
  },
  'ses stub': {
    provider: 'ses',
    create: (base) => createSesStubProvider({ url: `${base}/ses`, connections, timeoutMs }),
    message: email,
    answers: { refuse: sesStubFailed, throttle: sesStubFailed, garbage: sesStubFailed, incomplete: sesStubFailed },
    broken: sesStubFailed,
  },
};

beforeEach(() => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIASTUB', AWS_SECRET_ACCESS_KEY: secret });
});

const opened: MessageProvider<never>[] = [];
afterEach(async () => {
  for (const client of opened.splice(0)) await client.close?.();
  delete process.env['AWS_ACCESS_KEY_ID'];
  delete process.env['AWS_SECRET_ACCESS_KEY'];
});

describe.each(Object.entries(clients))('the client of %s', (_name, { provider, create, message, answers, broken }) => {
  function open(base = stub.url): () => Promise<SendResult> {
    const client = create(base);
    opened.push(client);
    return () => client.send(message as never);
  }

  async function expectFailure(send: () => Promise<SendResult>, [code, text]: Failure): Promise<unknown> {
    const error: unknown = await send().then(
      () => expect.unreachable('it was taken'),
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ name: 'AppError', code });
    if (typeof text === 'string') expect((error as Error).message).toBe(text);
    else expect((error as Error).message).toMatch(text);
    return error;
  }

  it('is done when the message was taken', async () => {
    const { reference, verdict } = await open()();
    expect(stub.counts()[provider]).toMatchObject({ requests: 1, accepted: 1 });
    // Receipts of texts carry our id, those of emails that of the provider.
    if (provider === 'ses') expect(reference).toMatch(/^[0-9a-f-]{36}$/);
    else expect(reference).toBeNull();
    expect(verdict).toBe(provider === 'webhook' ? 'delivered' : null);
  });

  it.each(Object.entries(answers))('knows the answer %s', async (answer, expected) => {
    stub.setScenario(provider, { answer: answer as StubScenario['answer'] });
    if (expected === 'taken') await open()();
    else await expectFailure(open(), expected);
    expect(stub.requests).toHaveLength(1);
  });

  it.each([301, 400, 401, 403, 404, 408, 409, 413, 429, 500, 502, 503, 504])(
    'fails at status %i, after one try',
    async (status) => {
      stub.setScenario(provider, { answer: 'error', status });
      await expectFailure(open(), broken);
      expect(stub.requests).toHaveLength(1);
    },
  );

  it.each(['hang', 'drip', 'huge', 'close', 'cut'] as const)('gives up soon at %s, after one try', async (answer) => {
    stub.setScenario(provider, { answer });
    const send = open();
    const startedAt = performance.now();
    await expectFailure(send, broken);
    expect(performance.now() - startedAt).toBeLessThan(10 * timeoutMs);
    expect(stub.requests).toHaveLength(1);
  });

  it('takes an answer that comes late, but in time', async () => {
    stub.setScenario(provider, { latency: timeoutMs / 5 });
    await open()();
  });

  it('fails where nobody listens', async () => {
    await expectFailure(open('http://127.0.0.1:1'), broken);
  });

  it('works again after a failure', async () => {
    const send = open();
    stub.setScenario(provider, { answer: 'close' });
    await expectFailure(send, broken);
    stub.setScenario(provider, {});
    await send();
  });

  it('sends many at the same time', async () => {
    const send = open();
    await Promise.all(Array.from({ length: 20 }, send));
    expect(stub.counts()[provider].accepted).toBe(20);
  });

  it('says whether it can be reached, and sends nothing for that', async () => {
    const [here, nowhere] = [create(stub.url), create('http://127.0.0.1:1')];
    opened.push(here, nowhere);
    await here.check!();
    await expect(nowhere.check!()).rejects.toThrow(/ECONNREFUSED/);
    expect(stub.requests).toEqual([]);
  });

  it.each(['refuse', 'error', 'garbage', 'hang', 'close'] as const)(
    'keeps credentials and the message out of errors and logs (%s)',
    async (answer) => {
      const log = createLogCapture('trace');
      const metrics = createMetrics();
      const client = observeProvider(create(stub.url) as MessageProvider<SmsMessage>, {
        logger: log.logger,
        telemetry: createTelemetry({ metrics, statsd: noStatsd }),
      });
      opened.push(client);
      stub.setScenario(provider, { answer });
      const error = await expectFailure(() => client.send(message as SmsMessage), failureOf(answer));
      log.logger.error({ err: error }, 'The send failed');
      log.logger.error({ error: isAppError(error) ? error.details : null }, 'The send failed');
      const shown = [JSON.stringify(log.lines()), (error as Error).stack, inspect(error, { depth: 2 })].join('\n');
      for (const hidden of [secret, 'Zoë', 'Plain', '447700900123', 'someone@example.com'])
        expect(shown).not.toContain(hidden);
      expect(log.lines('warn')).toHaveLength(1);
      expect(log.lines('warn')[0]!.msg).toContain(message.notificationId);
    },
  );

  function failureOf(answer: 'refuse' | 'error' | 'garbage' | 'hang' | 'close'): Failure {
    const expected = answer === 'refuse' || answer === 'garbage' ? answers[answer] : broken;
    return expected === 'taken' ? broken : expected;
  }
});
