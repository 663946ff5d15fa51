import { assert, constantFrom, dictionary, property, record, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fillTemplate,
  unknownPlaceholders,
  type WebhookEncoding,
} from '../../../src/lib/providers/sms/webhook-template.ts';

const values = { to: '447700900123', from: 'A&B', content: '"\\\n<é>((to)) %', reference: 'r' };

test.each<[WebhookEncoding, string]>([
  ['json', '\\"\\\\\\n<é>((to)) %'],
  ['form', '%22%5C%0A%3C%C3%A9%3E%28%28to%29%29+%25'],
  ['url', '%22%5C%0A%3C%C3%A9%3E%28%28to%29%29%20%25'],
  ['xml', '&#34;\\\n&#60;é&#62;((to)) %'],
  ['header', '"\\%0A<%C3%A9>((to)) %'],
  ['text', '"\\\n<é>((to)) %'],
])('in %s, a text becomes %j', (encoding, expected) => {
  expect(fillTemplate('[((content))]', values, encoding)).toBe(`[${expected}]`);
});

test('every placeholder is filled in, and what is none stays', () => {
  expect(fillTemplate('((to))((to)) ((from)) (to) ((nobody)) ((reference))', values, 'text')).toBe(
    '447700900123447700900123 A&B (to) ((nobody)) r',
  );
  expect(unknownPlaceholders('((to)) ((nobody)) (( to)) ((TO)) ((content))')).toEqual(['nobody', ' to', 'TO']);
});

test('control characters that XML cannot hold are left out', () => {
  expect(fillTemplate('((content))', { ...values, content: 'a\0\x08\t\n\r\x1bb\uffff' }, 'xml')).toBe('a\t\n\rb');
});

describe('whatever a message holds', () => {
  const text = string({ unit: 'binary' });
  const messages = record({ to: text, from: text, content: text, reference: text });

  test('a JSON body stays the document it was', () => {
    assert(
      property(messages, (message) => {
        const filled = JSON.parse(fillTemplate('{"a":"((content))","b":["((from))"]}', message, 'json')) as unknown;
        expect(filled).toEqual({ a: message.content, b: [message.from] });
      }),
    );
  });

  test('a form keeps its fields, and a URL its parts', () => {
    assert(
      property(messages, constantFrom<WebhookEncoding>('form', 'url'), (message, encoding) => {
        const fields = new URLSearchParams(fillTemplate('a=((content))&b=((from))', message, encoding));
        expect([...fields]).toEqual([
          ['a', message.content.toWellFormed()],
          ['b', message.from.toWellFormed()],
        ]);
      }),
    );
  });

  test('a header stays one line of ASCII', () => {
    assert(
      property(dictionary(constantFrom('content'), text), ({ content = '' }) => {
        expect(fillTemplate('((content))', { ...values, content }, 'header')).toMatch(/^[ -~]*$/);
      }),
    );
  });
});
