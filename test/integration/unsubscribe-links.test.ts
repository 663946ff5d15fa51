import { beforeAll, describe, expect, it } from 'vitest';
import { deliverEmail } from '../../src/lib/notifications/deliver-email.ts';
import { renderNotification, showNotification } from '../../src/lib/notifications/show-notification.ts';
import { readUnsubscribeToken } from '../../src/lib/notifications/unsubscribe-token.ts';
import type { EmailMessage } from '../../src/lib/providers/provider.ts';
import type { Template } from '../../src/lib/templates/template.ts';
import { aTemplate } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';
import { accept, aSender, useFakeEmailProvider, type FakeProvider, type Message, type Sender } from './delivery.ts';

const app = useTestApp();
const to = 'Someone@example.com';
const ownAddress = 'http://127.0.0.1:6011';
const callersUrl = 'https://www.example.com/u';
let sender: Sender;
let linking: Template;
let provider: FakeProvider<EmailMessage>;

beforeAll(async () => {
  sender = await aSender(app);
  const email = { templateType: 'email', subject: 'About ((text))', content: '((text))' } as const;
  linking = await aTemplate(app, sender.service.id, { ...email, hasUnsubscribeLink: true });
  provider = await useFakeEmailProvider(app);
});

interface Sent {
  readonly id: string;
  readonly message: EmailMessage;
}

async function send(message: Message, args: { baseUrl?: string } = {}, config: object = {}): Promise<Sent> {
  const id = await accept(app, sender, { type: 'email', to, ...message });
  const deps = { ...app, config: { ...app.config, ...config } };
  await deliverEmail(deps, { notificationId: id, ...args }, { requestId: null });
  return { id, message: provider.messages.at(-1)! };
}

/** What comes before the token; the token must be the recipient's. */
function baseOf(url: string | null, id: string): string {
  const [base, token] = url!.split(`/unsubscribe/${id}/`);
  expect(readUnsubscribeToken(app, token!)).toBe(to);
  return base!;
}

function visibleLink({ text }: EmailMessage): string | null {
  return /^Unsubscribe from these emails: (\S+)$/m.exec(text)?.[1] ?? null;
}

describe('an email whose template has an unsubscribe link', () => {
  it('has one in its headers, and one for people in both bodies', async () => {
    const { id, message } = await send({ template: linking });
    expect(baseOf(message.unsubscribeUrl, id)).toBe(ownAddress);
    const visible = visibleLink(message);
    expect(baseOf(visible, id)).toBe(ownAddress);
    expect(message.html).toContain(`href="${visible}"`);
  });

  const cases: [string, { baseUrl?: string }, object, { api: string; site: string }][] = [
    ['the request', { baseUrl: 'http://x:1' }, {}, { api: 'http://x:1', site: 'http://x:1' }],
    [
      'the configuration rather than the request',
      { baseUrl: 'http://x:1' },
      { publicUrl: 'https://api.example' },
      { api: 'https://api.example', site: 'https://api.example' },
    ],
    [
      'the configured site for people',
      {},
      { publicUrl: 'https://api.example', adminUrl: 'https://www.example' },
      { api: 'https://api.example', site: 'https://www.example' },
    ],
  ];
  for (const [name, args, config, { api, site }] of cases) {
    it(`has links to the host of ${name}`, async () => {
      const { id, message } = await send({ template: linking }, args, config);
      expect(baseOf(message.unsubscribeUrl, id)).toBe(api);
      expect(baseOf(visibleLink(message), id)).toBe(site);
    });
  }

  it('has the caller’s link in its headers, and ours for people', async () => {
    const { id, message } = await send({ template: linking, unsubscribeUrl: callersUrl });
    expect(message.unsubscribeUrl).toBe(callersUrl);
    expect(baseOf(visibleLink(message), id)).toBe(ownAddress);
  });

  it('shows the link to operators, too', async () => {
    const { id } = await send({ template: linking });
    const { text } = await renderNotification(app, await showNotification(app, { notificationId: id }));
    expect(baseOf(visibleLink({ text } as EmailMessage), id)).toBe(ownAddress);
  });
});

describe('an email whose template has none', () => {
  it('has the caller’s link in its headers only', async () => {
    const { message } = await send({ unsubscribeUrl: callersUrl });
    expect(message.unsubscribeUrl).toBe(callersUrl);
    expect(message.text).not.toContain('nsubscribe');
  });

  it('has no link when the caller gave none', async () => {
    const { message } = await send({});
    expect(message.unsubscribeUrl).toBeNull();
    expect(message.text).not.toContain('nsubscribe');
  });
});
