import { describe, expect, it, test } from 'vitest';
import { sanitisePersonalisation, sanitiseText } from '../../../src/lib/templates/sanitise-personalisation.ts';

describe('sanitising a value', () => {
  test.each([
    ['User, [click here](https://evil.link)', String.raw`User, \[click here\]\(\)`],
    ['Jo.Smith', String.raw`Jo\. Smith`],
    ['https://x.gov.uk/y?z=1 end', ' end'],
    ['a@b.com', String.raw`a@b\.com`],
    ['see gov.uk.', String.raw`see gov\. uk\.`],
    ['x_y.com', ''],
    ['bücher.com', ''],
    ['GOV.UK/x', ''],
    [String.raw`5\44`, String.raw`5\\44`],
    ['HTTP://a.bc', ''],
    ['xhttp://a.bc', String.raw`xhttp://a\. bc`],
    ['https://localhost', 'https://localhost'],
    ['first.last@example.com', String.raw`first\.last@example\.com`],
    ['@a-b.com', String.raw`@a\-b\. com`],
    ['a.bc-d.ef g.hi#j<k', String.raw`a\. bc\-d\. ef \<k`],
    ['1.2.3', String.raw`1\.2\.3`],
    ['a..bc', String.raw`a\.\.bc`],
    [`a.${'b'.repeat(63)} a.${'b'.repeat(64)}`, String.raw`a\. ${'b'.repeat(63)} a\.${'b'.repeat(64)}`],
    ['`*_(){}[]<>#+-!|', String.raw`\`\*\_\(\)\{\}\[\]\<\>\#\+\-\!\|`],
    ['plain', 'plain'],
  ])('%j becomes %j', (text, expected) => {
    expect(sanitiseText(text)).toBe(expected);
  });
});

describe('sanitising personalisation', () => {
  it('changes the listed values only, and reports them under their keys as sent', () => {
    const personalisation = { 'First Name': 'a.bc', other: 'a.bc', same: 'x', list: ['a.bc'], number: 1.5 };
    const result = sanitisePersonalisation(personalisation, ['first_name', 'same', 'list', 'number', 'unknown', 7]);
    expect(result.personalisation).toEqual({ ...personalisation, 'First Name': String.raw`a\. bc` });
    expect(result.changes).toEqual({ 'First Name': { unsanitised: 'a.bc', sanitised: String.raw`a\. bc` } });
  });

  it('changes nothing without a list', () => {
    expect(sanitisePersonalisation({ a: 'b.cd' }, null)).toEqual({ personalisation: { a: 'b.cd' }, changes: {} });
  });

  it('keeps keys that mean something in JavaScript', () => {
    const personalisation = JSON.parse('{"__proto__": "a.bc"}') as { [key: string]: string };
    const result = sanitisePersonalisation(personalisation, ['__proto__']);
    expect(Object.entries(result.personalisation)).toEqual([['__proto__', String.raw`a\. bc`]]);
  });
});
