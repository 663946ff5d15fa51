import { NotifyClient } from 'notifications-node-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { databaseEnvironment, startServe, type ReadyLine } from '../support/cli.ts';
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

/** One empty page. */
const onePagePdf = Buffer.from(
  [
    '%PDF-1.4',
    '1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj',
    '2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj',
    '3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>> endobj',
    'xref',
    '0 4',
    '0000000000 65535 f ',
    '0000000009 00000 n ',
    '0000000054 00000 n ',
    '0000000105 00000 n ',
    'trailer <</Size 4/Root 1 0 R>>',
    'startxref',
    '170',
    '%%EOF',
    '% bytes that are no UTF-8: \xe2\xe3\xff',
  ].join('\n'),
  'latin1',
);

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
        expect(error.response).toMatchObject({ status: 400, data: { errors: [{ error: 'PDFNotReadyError' }] } });
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

  it('has no PDF yet, and says so in JSON', async () => {
    const { data } = await live.sendLetter(demo.templates.letter, { personalisation: { ...address, name: 'Foo' } });
    expect(await errorOf(live.getPdfForLetterNotification(data.id))).toMatchObject({
      status: 400,
      data: {
        status_code: 400,
        errors: [{ error: 'PDFNotReadyError', message: 'PDF not available yet, try again later' }],
      },
    });
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
  it('is sent, and its PDF comes back as it was', async () => {
    const { status, data } = await live.sendPrecompiledLetter('pdf 1', onePagePdf, 'first');
    expect(status).toBe(201);
    expect(data).toEqual({ id: anyString, reference: 'pdf 1', postage: 'first' });
    expect(await whenPdfIsReady(live, data.id)).toEqual(onePagePdf);
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
    const { data } = await test.sendPrecompiledLetter('pdf 2', onePagePdf);
    expect(data).toMatchObject({ postage: 'second' });
    expect(await whenPdfIsReady(test, data.id)).toEqual(onePagePdf);
    expect((await live.getNotificationById(data.id)).data).toMatchObject({
      status: 'received',
      completed_at: anyString,
    });
  });

  it('is refused in the API’s words', async () => {
    expect(await errorOf(live.sendPrecompiledLetter('pdf 3', onePagePdf, 'europe'))).toMatchObject({
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
