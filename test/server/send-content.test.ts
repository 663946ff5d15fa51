import { beforeAll, describe, expect, it } from 'vitest';
import { findNotification } from '../../src/lib/notifications/notification-repository.ts';
import { aService, anApiKey, aTemplate } from '../support/builders.ts';
import { useApi, type ApiAnswer } from './api.ts';

const api = useApi();
let serviceId: string;
let key: string;

beforeAll(async () => {
  serviceId = (await aService(api)).id;
  key = (await anApiKey(api, serviceId)).text;
});

type Type = 'sms' | 'email';

interface Message {
  readonly content: string;
  readonly subject?: string;
  /** JSON text: the spelling of numbers matters. */
  readonly personalisation?: string;
  readonly members?: object;
}

async function post(
  type: Type,
  { content, subject = 'Hi', personalisation = '{}', members }: Message,
): Promise<ApiAnswer> {
  const { id } = await aTemplate(api, serviceId, {
    templateType: type,
    content,
    ...(type === 'email' && { subject }),
  });
  const to = type === 'sms' ? { phone_number: '07900900123' } : { email_address: 'a@example.com' };
  const body = JSON.stringify({ ...to, ...members, template_id: id, personalisation: 0 });
  const text = body.replace(/0}$/, () => `${personalisation}}`);
  const answer = await api.call(`/v2/notifications/${type}`, { method: 'POST', key, text });
  expect(answer.status, answer.text).toBe(201);
  return answer;
}

async function contentOf(type: Type, message: Message): Promise<{ body: string; subject?: string }> {
  const { json } = await post(type, message);
  return (json as { content: { body: string; subject?: string } }).content;
}

describe('a value', () => {
  const rows: [string, string, string][] = [
    ['a text, as it is', '"a  b"', 'a  b'],
    ['an integer', '42', '42'],
    ['a negative number', '-1.5', '-1.5'],
    ['1.0', '1.0', '1.0'],
    ['1e3', '1e3', '1000.0'],
    ['1e16', '1e16', '1e+16'],
    ['0.00001', '0.00001', '1e-05'],
    ['a long integer', '12345678901234567890', '12345678901234567890'],
    ['true', 'true', 'True'],
    ['false', 'false', 'False'],
    ['an empty text', '""', ''],
  ];
  for (const [name, json, shown] of rows) {
    it(`(${name}) is put in as text`, async () => {
      const personalisation = `{"value":${json}}`;
      expect((await contentOf('email', { content: 'x ((value)) y', personalisation })).body).toBe(`x ${shown} y`);
    });
  }

  it('in a text message loses what a text message cannot hold', async () => {
    const { body } = await contentOf('sms', {
      content: 'Hello\r\n((name))',
      personalisation: '{"name":"“Łukasz” – 😀…"}',
    });
    expect(body).toBe('Hello\n"Lukasz" - ?...');
  });
});

describe('a list', () => {
  const rows: [string, string, string][] = [
    ['["a","b","c"]', 'a, b and c', '\n\n* a\n* b\n* c'],
    ['["a","b"]', 'a and b', '\n\n* a\n* b'],
    ['["a"]', 'a', '\n\n* a'],
    ['[]', '', ''],
    ['[" a ",null,"","  ",1.0,true]', 'a, 1.0 and True', '\n\n* a\n* 1.0\n* True'],
  ];
  for (const [list, prose, bullets] of rows) {
    it(`(${list}) is prose in texts and subjects, bullets in emails`, async () => {
      const personalisation = `{"list":${list}}`;
      expect((await contentOf('sms', { content: 'x((list))', personalisation })).body).toBe(`x${prose}`);
      const email = await contentOf('email', { subject: 'x((list))', content: 'x((list))', personalisation });
      expect(email).toMatchObject({ subject: `x${prose}`, body: `x${bullets}` });
    });
  }
});

describe('a conditional', () => {
  const shown = ['"yes"', '"Y"', '"true"', '"T"', '"1"', '1', '"INCLUDE"', '"show"', 'true', '["yes"]'];
  const hidden = ['"no"', '""', '0', 'false', '[]', '"Show "', '"on"', '2', '1.0', '["yes","no"]'];
  for (const value of [...shown, ...hidden]) {
    it(`is ${shown.includes(value) ? 'shown' : 'not shown'} for ${value}`, async () => {
      const { body } = await contentOf('sms', {
        content: 'x((flag?? and this))',
        personalisation: `{"flag":${value}}`,
      });
      expect(body).toBe(shown.includes(value) ? 'x and this' : 'x');
    });
  }
});

describe('a key', () => {
  for (const name of ['first name', 'First_Name', 'FIRST-NAME', 'firstname', ' f i r s t name ', '_first__name_']) {
    it(`${JSON.stringify(name)} fits ((first name))`, async () => {
      const personalisation = JSON.stringify({ [name]: 'Ada' });
      expect((await contentOf('sms', { content: 'Hello ((first name))', personalisation })).body).toBe('Hello Ada');
    });
  }

  it('that the template does not name is stored and not used, whatever it is called', async () => {
    const personalisation = '{"other":"x","nested":{"a":[1.0]},"__proto__":{"name":"no"},"name":"Ada"}';
    const answer = await post('sms', { content: 'Hello ((name))', personalisation });
    expect(answer.json).toMatchObject({ content: { body: 'Hello Ada' } });
    const stored = await findNotification(api.db, api.secretBox, (answer.json as { id: string }).id);
    expect(JSON.stringify(stored!.personalisation)).toBe(personalisation);
  });

  it('shows values as they were sent when the message is read again', async () => {
    const answer = await post('sms', { content: '((n)) ((m))', personalisation: '{"n":1.0,"m":1e16}' });
    const { id, content } = answer.json as { id: string; content: { body: string } };
    expect(content.body).toBe('1.0 1e+16');
    expect((await api.call(`/v2/notifications/${id}`, { key })).json).toMatchObject({ body: '1.0 1e+16' });
  });
});

describe('sanitise_content_for', () => {
  interface Sanitised {
    readonly body: string;
    readonly sanitised: unknown;
    readonly id: string;
  }

  async function sanitise(values: object, keys: unknown): Promise<Sanitised> {
    const content = Object.keys(values)
      .map((name) => `((${name}))`)
      .join(' / ');
    const { json } = await post('email', {
      content: `Dear ${content}`,
      personalisation: JSON.stringify(values),
      members: { sanitise_content_for: keys },
    });
    const answer = json as { id: string; content: { body: string }; sanitised_content: unknown };
    return { body: answer.content.body.slice('Dear '.length), sanitised: answer.sanitised_content, id: answer.id };
  }

  const rows: [string, string][] = [
    ['User, [click here](https://evil.link)', 'User, \\[click here\\]\\(\\)'],
    ['Jo.Smith', 'Jo\\. Smith'],
    ['https://x.gov.uk/y?z=1 end', ' end'],
    ['a@b.com', 'a@b\\.com'],
    ['see gov.uk.', 'see gov\\. uk\\.'],
    ['x_y.com', ''],
    ['bücher.com', ''],
    ['GOV.UK/x', ''],
    ['5\\44', '5\\\\44'],
    ['1f0e9ac2-2bb4-4d19-9f3c-9a6ffb1c3c6e', '1f0e9ac2\\-2bb4\\-4d19\\-9f3c\\-9a6ffb1c3c6e'],
  ];
  for (const [unsanitised, sanitised] of rows) {
    it(`turns ${JSON.stringify(unsanitised)} into ${JSON.stringify(sanitised)}`, async () => {
      const answer = await sanitise({ name: unsanitised }, ['name']);
      expect(answer.body).toBe(sanitised.trimEnd());
      expect(answer.sanitised).toEqual({ name: { unsanitised, sanitised } });
    });
  }

  it('matches keys as placeholders do, and names them as they were sent', async () => {
    const answer = await sanitise({ First_Name: '*a*', other: '*b*' }, ['first name']);
    expect(answer.body).toBe('\\*a\\* / *b*');
    expect(answer.sanitised).toEqual({ First_Name: { unsanitised: '*a*', sanitised: '\\*a\\*' } });
  });

  it('leaves alone what is not listed, not there, no text, or clean already', async () => {
    for (const keys of [null, [], ['elsewhere'], [1, null, {}], ['list', 'number', 'clean']]) {
      const answer = await sanitise({ name: '*a*', list: ['*b*'], number: 1.5, clean: 'c' }, keys);
      expect(answer.sanitised).toEqual({});
      expect(answer.body).toContain('*a*');
    }
  });

  it('changes the notification itself', async () => {
    const { id } = await sanitise({ name: '[x](https://evil.link)' }, ['name']);
    const stored = await findNotification(api.db, api.secretBox, id);
    expect(stored!.personalisation).toEqual({ name: '\\[x\\]\\(\\)' });
    expect((await api.call(`/v2/notifications/${id}`, { key })).json).toMatchObject({ body: 'Dear \\[x\\]\\(\\)' });
  });
});
