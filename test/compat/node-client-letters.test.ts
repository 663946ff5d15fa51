import { NotifyClient } from 'notifications-node-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { databaseEnvironment, startServe, type ReadyLine } from '../support/cli.ts';
import { aLetterPdf } from '../support/precompiled-pdf.ts';
import { readPdf } from '../support/read-pdf.ts';
import { useTestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait.ts';

const database = useTestDatabase();
let url: string;
let demo: NonNullable<ReadyLine['demo']>;
let live: NotifyClient;
let test: NotifyClient;

beforeAll(async () => {
  const { ready } = await startServe(['--demo'], databaseEnvironment(database.url));
  url = ready.url;
  demo = ready.demo!;
  live = new NotifyClient(url, demo.api_keys.normal);
  test = new NotifyClient(url, demo.api_keys.test);
});

const address = {
  address_line_1: 'Foo Bar',
  address_line_2: '1 Street',
  postcode: 'SW1 1AA',
};
const anyString = expect.any(String) as unknown;

const pdf = await aLetterPdf({ pages: 1 });

/** What the client shows of a refusal. */
interface ClientError {
  readonly response: { readonly status: number; readonly data: unknown };
}

async function errorOf(request: Promise<unknown>): Promise<ClientError['response']> {
  const error = await request.then(
    () => expect.unreachable('the request was taken'),
    (thrown: unknown) => thrown as ClientError,
  );
  return error.response;
}

/** The PDF, asked for as long as the answer is that it is not there yet: what the client's documentation tells to do. */
async function whenPdfIsReady(client: NotifyClient, id: string): Promise<Buffer> {
  return waitFor(
    () =>
      client.getPdfForLetterNotification(id).catch((error: ClientError) => {
        const errors = [{ error: 'PDFNotReadyError', message: 'PDF not available yet, try again later' }];
        expect(error.response).toMatchObject({ status: 400, data: { status_code: 400, errors } });
        return null;
      }),
    { what: `the PDF of letter ${id}` },
  );
}

describe('a letter made from a template', () => {
  it('is sent, read and listed', async () => {
    const { status, data } = await live.sendLetter(demo.templates.letter, {
      personalisation: { ...address, name: 'Foo' },
      reference: 'letter 1',
    });
    expect(status).toBe(201);
    const body = 'Dear Foo,\n\nThis is a letter from Notify.';
    expect(data).toMatchObject({
      id: anyString,
      reference: 'letter 1',
      uri: `${url}/v2/notifications/${data.id}`,
      template: { id: demo.templates.letter, version: 1, uri: anyString },
      content: { body, subject: 'Hello Foo' },
      scheduled_for: null,
    });
    const shown = (await live.getNotificationById(data.id)).data;
    expect(shown).toMatchObject({
      id: data.id,
      reference: 'letter 1',
      type: 'letter',
      status: 'accepted',
      line_1: 'Foo Bar',
      line_2: '1 Street',
      line_3: null,
      postcode: 'SW1 1AA',
      email_address: null,
      phone_number: null,
      body,
      subject: 'Hello Foo',
      postage: 'second',
      estimated_delivery: anyString,
      created_by_name: null,
      is_cost_data_ready: false,
    });
    const list = await live.getNotifications('letter', 'accepted', 'letter 1');
    expect(list.data.notifications).toEqual([shown]);
  });

  it('gets its PDF, with a live key and with a test key', async () => {
    for (const client of [live, test]) {
      const { data } = await client.sendLetter(demo.templates.letter, { personalisation: { ...address, name: 'Foo' } });
      const made = await whenPdfIsReady(client, data.id);
      expect(made.subarray(0, 8).toString()).toBe('%PDF-1.7');
    }
  });

  it('is refused in the API’s words', async () => {
    expect(await errorOf(live.sendLetter(demo.templates.letter))).toMatchObject({
      status: 400,
      data: { errors: [{ error: 'ValidationError', message: 'personalisation is a required property' }] },
    });
    const team = new NotifyClient(url, demo.api_keys.team);
    const sent = team.sendLetter(demo.templates.letter, { personalisation: { ...address, name: 'Foo' } });
    expect(await errorOf(sent)).toMatchObject({
      status: 403,
      data: { errors: [{ error: 'BadRequestError', message: 'Cannot send letters with a team api key' }] },
    });
  });
});

describe('a precompiled letter', () => {
  it('is sent and checked, and its PDF comes back', async () => {
    const { status, data } = await live.sendPrecompiledLetter('pdf 1', pdf, 'first');
    expect(status).toBe(201);
    expect(data).toEqual({ id: anyString, reference: 'pdf 1', postage: 'first' });
    await waitFor(async () => (await live.getNotificationById(data.id)).data.status === 'accepted');
    const { pages } = await readPdf(await whenPdfIsReady(live, data.id));
    expect(pages).toHaveLength(1);
    expect((await live.getNotificationById(data.id)).data).toMatchObject({
      reference: 'pdf 1',
      type: 'letter',
      status: 'accepted',
      line_1: 'Provided as PDF',
      body: '',
      subject: 'Pre-compiled PDF',
      postage: 'first',
    });
  });

  it('of a test key is received as soon as it is checked', async () => {
    const { data } = await test.sendPrecompiledLetter('pdf 2', pdf);
    expect(data).toMatchObject({ postage: 'second' });
    await waitFor(async () => (await test.getNotificationById(data.id)).data.status === 'received');
    expect((await whenPdfIsReady(test, data.id)).subarray(0, 5).toString()).toBe('%PDF-');
    expect((await live.getNotificationById(data.id)).data).toMatchObject({
      status: 'received',
      completed_at: anyString,
    });
  });

  it('is refused in the API’s words', async () => {
    expect(await errorOf(live.sendPrecompiledLetter('pdf 3', pdf, 'europe'))).toMatchObject({
      status: 400,
      data: {
        errors: [
          {
            error: 'ValidationError',
            message: 'postage invalid. It must be either first, second or economy.',
          },
        ],
      },
    });
  });
});
