import { NotifyClient } from 'notifications-node-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { databaseEnvironment, runCli, startServe, type ReadyLine } from '../support/cli.ts';
import { useTestDatabase } from '../support/test-database.ts';
import { waitFor } from '../support/wait.ts';

const database = useTestDatabase();
const stranger = '07900900456';
const guest = '07700900100';
let url: string;
let demo: NonNullable<ReadyLine['demo']>;
let live: NotifyClient;

beforeAll(async () => {
  const { ready } = await startServe(['--demo'], databaseEnvironment(database.url));
  url = ready.url;
  demo = ready.demo!;
  live = new NotifyClient(url, demo.api_keys.normal);
});

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

async function whenDelivered(client: NotifyClient, id: string): Promise<Record<string, unknown>> {
  return waitFor(
    async () => {
      const { data } = await client.getNotificationById(id);
      return data.status === 'delivered' ? data : null;
    },
    { what: `notification ${id} to be delivered` },
  );
}

const anyString = expect.any(String) as unknown;

describe('sending', () => {
  it('a text message, read until it is delivered', async () => {
    const { status, data } = await live.sendSms(demo.templates.sms, stranger, {
      personalisation: { name: 'Ada' },
      reference: 'text 1',
    });
    expect(status).toBe(201);
    const body = 'Hello Ada, this is a text message from Notify.';
    expect(data).toMatchObject({
      id: anyString,
      reference: 'text 1',
      uri: `${url}/v2/notifications/${data.id}`,
      template: { id: demo.templates.sms, version: 1, uri: anyString },
      content: { body, from_number: 'NotifyDemo' },
    });
    expect(await whenDelivered(live, data.id)).toMatchObject({
      id: data.id,
      reference: 'text 1',
      type: 'sms',
      phone_number: stranger,
      email_address: null,
      body,
      subject: null,
      created_by_name: null,
      sent_at: anyString,
      completed_at: anyString,
    });
  });

  it('an email with everything that the client can say', async () => {
    const { rows } = await database.db.query<{ id: string }>('SELECT id FROM service_email_reply_to');
    const unsubscribe = 'https://www.example.com/unsubscribe';
    const { status, data } = await live.sendEmail(demo.templates.email, 'someone@example.com', {
      personalisation: { name: 'Jo.Smith' },
      reference: 'email 1',
      emailReplyToId: rows[0]!.id,
      oneClickUnsubscribeURL: unsubscribe,
      sanitiseContentFor: ['name'],
    });
    expect(status).toBe(201);
    expect(data).toMatchObject({
      reference: 'email 1',
      content: {
        body: expect.stringContaining('# Hello Jo\\. Smith') as unknown,
        // Subjects show what escapes become (templating sheet §5.1.1).
        subject: 'Hello Jo&#46; Smith',
        from_email: 'demo.service@notify.localhost',
        one_click_unsubscribe_url: unsubscribe,
      },
      sanitised_content: { name: { unsanitised: 'Jo.Smith', sanitised: 'Jo\\. Smith' } },
    });
    expect(await whenDelivered(live, data.id)).toMatchObject({
      type: 'email',
      email_address: 'someone@example.com',
      phone_number: null,
      subject: 'Hello Jo&#46; Smith',
      one_click_unsubscribe_url: unsubscribe,
      cost_in_pounds: 0,
    });
  });

  it('with a text message sender', async () => {
    const { rows } = await database.db.query<{ id: string }>('SELECT id FROM service_sms_senders');
    const { data } = await live.sendSms(demo.templates.sms, stranger, {
      personalisation: { name: 'Ada' },
      smsSenderId: rows[0]!.id,
    });
    expect(data.content.from_number).toBe('NotifyDemo');
  });

  it('shows what the API says of a request that it refuses', async () => {
    expect(await errorOf(live.sendSms('x', '1'))).toMatchObject({
      status: 400,
      data: {
        status_code: 400,
        errors: [
          {
            error: 'ValidationError',
            message: 'phone_number Number is not valid – double check the phone number you entered',
          },
          { error: 'ValidationError', message: 'template_id is not a valid UUID' },
        ],
      },
    });
    expect(await errorOf(live.sendSms(demo.templates.sms, stranger))).toMatchObject({
      data: { errors: [{ error: 'BadRequestError', message: 'Missing personalisation: name' }] },
    });
  });
});

describe('a team key', () => {
  const send = (to: string): ReturnType<NotifyClient['sendSms']> =>
    new NotifyClient(url, demo.api_keys.team).sendSms(demo.templates.sms, to, { personalisation: { name: 'Ada' } });

  it('reaches the guest list, and the live key reads what it sent', async () => {
    const { status, data } = await send(guest);
    expect(status).toBe(201);
    expect(await whenDelivered(live, data.id)).toMatchObject({ phone_number: guest });
  });

  it('does not reach a stranger', async () => {
    expect(await errorOf(send(stranger))).toMatchObject({
      status: 400,
      data: {
        status_code: 400,
        errors: [{ error: 'BadRequestError', message: 'Can’t send to this recipient using a team-only API key' }],
      },
    });
  });
});

describe('a test key', () => {
  it('has its messages end as their recipients say, and keeps them out of other lists', async () => {
    const client = new NotifyClient(url, demo.api_keys.test);
    const { data } = await client.sendSms(demo.templates.sms, '07700900003', { personalisation: { name: 'Ada' } });
    await waitFor(async () => (await client.getNotificationById(data.id)).data.status === 'temporary-failure');
    const own = await client.getNotifications();
    expect(own.data.notifications.map(({ id }) => id)).toEqual([data.id]);
    const others = await live.getNotifications();
    expect(others.data.notifications.map(({ id }) => id)).not.toContain(data.id);
  });
});

describe('reading', () => {
  it('a list by type, status, reference and what came before', async () => {
    const reference = 'list & more';
    const ids: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      const { data } = await live.sendSms(demo.templates.sms, stranger, { personalisation: { name }, reference });
      ids.unshift(data.id);
    }
    for (const id of ids) await whenDelivered(live, id);
    const list = async (...query: Parameters<NotifyClient['getNotifications']>): Promise<string[]> =>
      (await live.getNotifications(...query)).data.notifications.map(({ id }) => id);
    expect(await list('sms', 'delivered', reference)).toEqual(ids);
    expect(await list('sms', 'failed', reference)).toEqual([]);
    expect(await list('email', undefined, reference)).toEqual([]);
    expect(await list(undefined, undefined, reference, ids[0])).toEqual(ids.slice(1));

    const { data } = await live.getNotifications('sms', 'delivered', reference, ids[1]);
    expect(data.notifications.map(({ body }) => body)).toEqual(['Hello one, this is a text message from Notify.']);
    expect(data.links.current).toContain(`older_than=${ids[1]}`);
    expect(data.links.next).toContain(`?older_than=${ids[2]}&`);
  });

  it('shows what the API says of a query that it refuses', async () => {
    const { status, data } = await errorOf(live.getNotifications('sms', 'created,sending'));
    expect(status).toBe(400);
    expect(data).toMatchObject({
      errors: [{ message: expect.stringContaining('status created,sending is not') as unknown }],
    });
    expect(await errorOf(live.getNotificationById('nonsense'))).toMatchObject({
      status: 400,
      data: { errors: [{ error: 'ValidationError', message: 'notification_id is not a valid UUID' }] },
    });
    expect(await errorOf(live.getNotificationById(demo.service_id))).toMatchObject({
      status: 404,
      data: { errors: [{ error: 'NoResultFound', message: 'No result found' }] },
    });
  });
});

describe('templates', () => {
  it('by id and by version', async () => {
    const { status, data } = await live.getTemplateById(demo.templates.email);
    expect(status).toBe(200);
    expect(data).toEqual({
      id: demo.templates.email,
      type: 'email',
      name: 'Demo email',
      created_at: anyString,
      updated_at: null,
      created_by: anyString,
      version: 1,
      body: expect.stringContaining('# Hello ((name))') as unknown,
      subject: 'Hello ((name))',
      personalisation: { name: { required: true } },
      postage: null,
      letter_contact_block: null,
    });
    expect((await live.getTemplateByIdAndVersion(demo.templates.email, 1)).data).toEqual(data);
    expect(await errorOf(live.getTemplateByIdAndVersion(demo.templates.email, 2))).toMatchObject({
      status: 404,
      data: { errors: [{ error: 'NoResultFound', message: 'No result found' }] },
    });
  });

  it('all of them, or those of one type', async () => {
    const idsOf = async (...query: Parameters<NotifyClient['getAllTemplates']>): Promise<string[]> =>
      (await live.getAllTemplates(...query)).data.templates.map(({ id }) => id);
    const { sms, email, letter } = demo.templates;
    expect(await idsOf()).toEqual([email, letter, sms]);
    expect(await idsOf('letter')).toEqual([letter]);
    expect(await errorOf(live.getAllTemplates('coconut' as 'sms'))).toMatchObject({
      status: 400,
      data: { errors: [{ error: 'ValidationError', message: 'type coconut is not one of [sms, email, letter]' }] },
    });
  });

  it('previewed with values', async () => {
    const previews = await Promise.all(
      [demo.templates.sms, demo.templates.email, demo.templates.letter].map((id) =>
        live.previewTemplateById(id, { name: 'A & B' }),
      ),
    );
    expect(previews.map(({ data }) => data)).toMatchObject([
      { type: 'sms', body: 'Hello A & B, this is a text message from Notify.', subject: null, html: null },
      { type: 'email', subject: 'Hello A & B', html: expect.stringContaining('Hello A &amp; B</h2>') as unknown },
      { type: 'letter', subject: 'Hello A &amp; B', html: null, postage: 'second' },
    ]);
    expect(await errorOf(live.previewTemplateById(demo.templates.sms))).toMatchObject({
      status: 400,
      data: { errors: [{ error: 'BadRequestError', message: 'Missing personalisation: name' }] },
    });
  });
});

describe('received texts', () => {
  it('are read page by page', async () => {
    expect((await live.getReceivedTexts()).data.received_text_messages).toEqual([]);
    for (const content of ['First', 'Second']) {
      const text = ['--to', '07700900999', '--from', stranger, '--content', content];
      const { exitCode, stderr } = await runCli(['inbound-numbers', 'receive', ...text], {
        env: databaseEnvironment(database.url),
      });
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    }
    const { data } = await live.getReceivedTexts();
    const text = {
      id: anyString,
      created_at: anyString,
      service_id: demo.service_id,
      notify_number: '07700900999',
      user_number: '447900900456',
    };
    expect(data.received_text_messages).toEqual([
      { ...text, content: 'Second' },
      { ...text, content: 'First' },
    ]);
    const [newest, oldest] = data.received_text_messages;
    expect(data.links.next).toBe(`${url}/v2/received-text-messages?older_than=${oldest!.id}`);
    const older = await live.getReceivedTexts(newest!.id);
    expect(older.data.received_text_messages).toEqual([oldest]);
  });
});

describe('the client may be made', () => {
  const secret = (): string => demo.api_keys.normal.slice(-36);

  it('with a URL and a key, whatever the name in the key', async () => {
    for (const key of [demo.api_keys.normal, `a name-with-hyphens-${demo.service_id}-${secret()}`]) {
      expect((await new NotifyClient(url, key).getNotifications()).status).toBe(200);
    }
  });

  it('with a URL, a service id and a key or its secret', async () => {
    for (const key of [demo.api_keys.normal, secret()]) {
      expect((await new NotifyClient(url, demo.service_id, key).getNotifications()).status).toBe(200);
    }
  });

  it('with a key alone, or a service id and a key, for those who bring their own way to the server', async () => {
    for (const client of [new NotifyClient(demo.api_keys.normal), new NotifyClient(demo.service_id, secret())]) {
      const seen: string[] = [];
      const send = async (options: { url: string; headers: Record<string, string> }): Promise<unknown> => {
        seen.push(new URL(options.url).origin);
        return fetch(`${url}${new URL(options.url).pathname}`, { headers: options.headers });
      };
      client.setClient(send as unknown as Parameters<typeof client.setClient>[0]);
      expect((await client.getNotifications()).status).toBe(200);
      expect(seen).toEqual(['https://api.notifications.service.gov.uk']);
    }
  });

  it('with a wrong secret, and is then refused', async () => {
    const client = new NotifyClient(url, `key-${demo.service_id}-${demo.service_id}`);
    expect(await errorOf(client.getNotifications())).toMatchObject({
      status: 403,
      data: { status_code: 403, errors: [{ error: 'AuthError', message: 'Invalid token: API key not found' }] },
    });
  });

  it('with a URL that ends in a slash, and then finds nothing', async () => {
    const client = new NotifyClient(`${url}/`, demo.api_keys.normal);
    expect(await errorOf(client.getNotifications())).toMatchObject({ status: 404, data: { result: 'error' } });
  });
});
