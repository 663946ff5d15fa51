/** The worked vectors of the jobs sheet, §8. */
import { describe, expect, it, test } from 'vitest';
import { renderSms } from '../../../src/lib/templates/render-sms.ts';
import { checkText, csvOptions } from './csv-check.ts';
import { expectLinearTime } from '../../support/processor-time.ts';

const notValid = 'Number is not valid – double check the phone number you entered';
const notUk = 'This does not look like a UK mobile number – double check the mobile number you entered';
const badCharacters = 'Mobile numbers can only include: 0 1 2 3 4 5 6 7 8 9 ( ) + -';
const name = csvOptions('sms', 'hi ((name))');
const item = csvOptions('sms', '((item))');
const plain = csvOptions('sms', 'x');

describe('columns', () => {
  it('1: takes a BOM and CRLF', () => {
    const check = checkText('\ufeffphone number,name\r\n07900900123,Jo\r\n', name);
    expect(check.summary).toMatchObject({ rowCount: 1, hasErrors: false });
    expect(check.row(0).personalisation).toEqual({ phonenumber: '07900900123', name: 'Jo' });
  });

  it('2: matches names by key', () => {
    const check = checkText('PHONE-Number, First Name\n07900900123,Jo', csvOptions('sms', 'hi ((first_name))'));
    expect(check.summary.hasErrors).toBe(false);
    expect(check.row(0).personalisation).toEqual({ phonenumber: '07900900123', firstname: 'Jo' });
  });

  it('3: a missing column is no error of rows', () => {
    const { summary, row } = checkText('phone number\n07900900123', name);
    expect(summary.columns.missing).toEqual(['name']);
    expect(row(0).hasError).toBe(false);
  });

  it('4: ignores other columns', () => {
    const { summary, row } = checkText('phone number,extra\n07900900123,x', csvOptions('sms', 'hi'));
    expect(summary.hasErrors).toBe(false);
    expect(row(0).personalisation).toEqual({ phonenumber: '07900900123' });
  });

  it('12 and 36: a repeated recipient column is an error of the file; the last one wins', () => {
    const sms = checkText('phone number,phone_number\n07900900123,07900900124', plain);
    expect(sms.summary.columns.duplicateRecipients).toEqual(['phone number', 'phone_number']);
    expect(sms.row(0).recipient).toBe('07900900124');
    const email = checkText('email address,email address\na@b.co,', csvOptions('email', 'x'));
    expect(email.summary.columns.duplicateRecipients).toEqual(['email address']);
    expect(email.row(0).recipient).toBe('a@b.co');
  });

  it('13 and 14: the recipient column may be missing, or all of them', () => {
    const numbers = checkText('07900900123\n07900900124', plain).summary;
    expect(numbers.columns).toMatchObject({ hasRecipients: false, missing: ['phone number'] });
    const empty = checkText('', csvOptions('sms', 'x ((a))')).summary;
    expect(empty.columns.missing).toEqual(['a', 'phone number']);
    expect(empty.rowCount).toBe(0);
  });

  it('21: letters need three columns of one form of address', () => {
    const letter = csvOptions('letter', 'x');
    const hasRecipients = (headers: string): boolean => checkText(headers, letter).summary.columns.hasRecipients;
    expect(hasRecipients('address line 1,postcode\nA,SW1A1AA')).toBe(false);
    expect(hasRecipients('address line 1,postcode,address line 7')).toBe(false);
    expect(hasRecipients('address line 4,address line 5,address line 6')).toBe(true);
  });

  it('27: the recipient may be far to the right', () => {
    const { summary } = checkText(`,,,,,,,,,Phone number\n,,,,,,,,,07900900100\n,,,,,,,,,07900900101`, plain);
    expect(summary).toMatchObject({ rowCount: 2, hasErrors: false });
  });

  it('34: semicolons and tabs separate nothing', () => {
    for (const separator of [';', '\t']) {
      const { columns } = checkText(
        `phone number${separator}a\n07900900123${separator}b`,
        csvOptions('sms', '((a))'),
      ).summary;
      expect(columns).toMatchObject({ headers: [`phone number${separator}a`], missing: ['a', 'phone number'] });
    }
  });
});

describe('cells', () => {
  it('5: a comma at the end of the file goes', () => {
    const { row } = checkText('phone number,name\n07900900123,', name);
    expect(row(0).personalisation['name']).toBeNull();
    expect([...row(0).cellErrors]).toEqual([['name', 'Missing']]);
  });

  it('7: blank rows count, unless they end the file', () => {
    const text = 'phone number,name\n\n07900900123,Jo\n,\n  ,  \n07900900124,Al\n,,\n';
    const { summary, rows } = checkText(text, name);
    expect(summary.rowCount).toBe(5);
    expect(rows.map((row) => row!.hasMissingData)).toEqual([true, false, true, true, false]);
  });

  it('8 and 29: surplus cells are nobody’s business', () => {
    expect(checkText('phone number,name,,,\n07900900123,Jo,,,\n,,,,\n', name).summary).toMatchObject({
      rowCount: 1,
      hasErrors: false,
    });
    expect(checkText('phone number\n07900900123,x,y', plain).summary.hasErrors).toBe(false);
  });

  it.each([
    [9, '"line1\nline2, ""q"""', 'line1\nline2, "q"'],
    [23, '<NBSP>Jo<NBSP>Bl<U+200B>oggs', 'JoBloggs'],
    [24, '"Jo\n07900900124,Al\n', 'Jo\n07900900124,Al'],
    [25, 'Jo "J" Bloggs', 'Jo "J" Bloggs'],
    [32, '"x"y', 'xy'],
  ])('%i: %j', (_number, cell, value) => {
    const text = cell.replaceAll('<NBSP>', '\u00a0').replaceAll('<U+200B>', '\u200b');
    const { row, rows } = checkText(`phone number,name\n0790\u200b0900123 ,${text}`, name);
    expect(rows).toHaveLength(1);
    expect(row(0)).toMatchObject({ hasError: false, personalisation: { phonenumber: '07900900123', name: value } });
  });

  it('33: lone CRs end records, as they do in an upload', () => {
    const { row } = checkText('phone number,a\r07900900123,b', csvOptions('sms', '((a))'));
    expect(row(0).personalisation).toEqual({ phonenumber: '07900900123', a: 'b' });
  });
});

describe('repeated columns', () => {
  const headers = 'phone number,item,item,item\n';

  it('10: become lists', () => {
    const { row } = checkText(`${headers}07900900001,cat,rat,gnat`, item);
    const { item: list } = row(0).personalisation;
    expect(list).toEqual(['cat', 'rat', 'gnat']);
    expect(renderSms({ content: '((item))', personalisation: { item: list! }, prefix: null }).text).toBe(
      'cat, rat and gnat',
    );
  });

  it('11: not when they are spelt differently', () => {
    const { row } = checkText('phone number,item,Item,ITEM\n07900900123,a,,c', item);
    expect(row(0).personalisation['item']).toBe('c');
  });

  it('30: lose nulls before the first value only', () => {
    const rows = ['elephant,,', ',b,', ',,', 'a,,c', 'x,y,z'].map((cells) => `07900900123,${cells}`);
    const check = checkText(headers + rows.join('\n'), item);
    expect(check.rows.map((row) => row!.personalisation['item'])).toEqual([
      ['elephant', null, null],
      ['b', null],
      null,
      ['a', null, 'c'],
      ['x', 'y', 'z'],
    ]);
    expect(check.rows.map((row) => row!.hasMissingData)).toEqual([false, false, true, false, false]);
  });

  it('31: are one column when no row fills the others', () => {
    for (const cells of ['elephant,,', 'elephant'])
      expect(checkText(`${headers}07900900001,${cells}`, item).row(0).personalisation['item']).toBe('elephant');
  });

  it('35: count when they are empty but spelt differently', () => {
    const { row } = checkText('phone number,a,A\n07900900123,1,', csvOptions('sms', '((a))'));
    expect(row(0)).toMatchObject({ hasMissingData: true, personalisation: { a: null } });
  });
});

describe('rows', () => {
  it('6: have errors of cells', () => {
    const { rows } = checkText('phone number,name\n0790090012,Jo\nabc,\n,Jo', name);
    expect(rows.map((row) => [...row!.cellErrors])).toEqual([
      [['phonenumber', notValid]],
      [
        ['phonenumber', badCharacters],
        ['name', 'Missing'],
      ],
      [['phonenumber', 'Missing']],
    ]);
    expect(rows.map((row) => row!.hasBadRecipient)).toEqual([true, true, false]);
  });

  it('15 and 17: obey the permissions', () => {
    const { rows } = checkText('phone number\n+12025550104\n07900900123\n+447797292290', plain);
    expect(rows.map((row) => row!.recipientError)).toEqual([notUk, null, null]);
    const landline = 'phone number\n02079460991';
    expect(checkText(landline, plain).row(0).recipientError).toBe(notUk);
    expect(checkText(landline, csvOptions('sms', 'x', { landlines: true })).row(0).recipientError).toBeNull();
  });

  test.each([
    [18, '((show??hello))', true],
    [19, 'a ((show??hello))', false],
  ])('%i: %s may be empty', (_number, content, isEmpty) => {
    const text = 'phone number,show\n07900900123,yes\n07900900123,no\n07900900123,"  "\n07900900123,yes';
    const { rows } = checkText(text, csvOptions('sms', content));
    expect(rows.map((row) => row!.messageEmpty)).toEqual([false, isEmpty, false, false]);
    expect(rows[1]!.rowError).toBe(isEmpty ? 'No content for this message' : null);
    expect(rows.map((row) => row!.hasMissingData)).toEqual([false, false, true, false]);
  });

  it('39: an email is empty, too', () => {
    const { row } = checkText('email address,x\na@b.co,no', csvOptions('email', '((x??y))'));
    expect(row(0)).toMatchObject({ messageEmpty: true, rowError: 'No content for this message' });
  });

  it('26: may be too long', () => {
    const rows = [918, 919].map((length) => `07900900123,${'a'.repeat(length)}`);
    const check = checkText(`phone number,p\n${rows.join('\n')}`, csvOptions('sms', '((p))', { prefix: 'Council' }));
    expect(check.rows.map((row) => row!.rowError)).toEqual([null, 'Message is too long']);
  });

  it('20: letters are judged by the whole address', () => {
    const rows = ['A,1 St,SW1A1AA,Jo', 'A,,SW1A1AA,Jo', 'A,1 St,Paris,Jo', '(A,1 St,SW1A1AA,Jo'];
    const text = `address line 1,address_line_2,postcode,name\n${rows.join('\n')}`;
    expect(checkText(text, csvOptions('letter', 'x')).rows.map((row) => row!.rowError)).toEqual([
      null,
      'Address must be at least 3 lines long',
      'Last line of the address must be a real UK postcode',
      'Address lines must not start with any of the following characters: @ ( ) = [ ] " \\ / , < > ~',
    ]);
  });

  it('37: a column for line 7 puts the postcode aside', () => {
    const text = 'address line 1,address line 2,postcode,address line 7\nA,B,SW1A1AA,';
    expect(checkText(text, csvOptions('letter', 'x')).row(0).rowError).toBe('Address must be at least 3 lines long');
  });

  it('QR codes that do not fit are errors', () => {
    const text = `address line 1,address line 2,postcode,u\nA,B,SW1A1AA,${'u'.repeat(505)}`;
    const { row } = checkText(text, csvOptions('letter', 'qr: ((u))'));
    expect(row(0)).toMatchObject({ hasError: true, qrCodeTooLong: true, rowError: null });
  });
});

describe('limits', () => {
  it('16: of international messages', () => {
    const numbers = ['+12025550104', '+33612345678', '07900900123', '+447900900123', '+447797292290', 'abc', ''];
    const options = csvOptions('sms', 'x', { internationalSms: true, remainingInternationalSms: 1 });
    const { summary } = checkText(`phone number\n${numbers.slice(0, 5).join('\n')}`, options);
    expect(summary).toMatchObject({
      internationalSmsCount: 2,
      moreInternationalSmsThanCanSend: true,
      hasErrors: true,
      counts: { hasError: 0 },
    });
    expect(checkText(`phone number,a\n${numbers.join(',\n')}`, options).summary.internationalSmsCount).toBe(2);
  });

  it('22: of messages', () => {
    const options = csvOptions('email', 'x', { remainingMessages: 2 });
    const { summary } = checkText('email address\na@b.co\nc@d.co\ne@f.co', options);
    expect(summary).toMatchObject({ moreRowsThanCanSend: true, hasErrors: true });
  });

  it('28: of recipients', () => {
    const options = csvOptions('sms', 'x', { guestList: ['+447900900123'] });
    const text = 'phone number\n07900900123';
    expect(checkText(text, options).summary).toMatchObject({ allowedToSendTo: true, hasErrors: false });
    expect(checkText(`${text}\n07900900124`, options).summary).toMatchObject({
      allowedToSendTo: false,
      hasErrors: true,
      counts: { hasError: 0 },
    });
    expect(checkText(text, { ...options, guestList: [] }).summary.allowedToSendTo).toBe(true);
  });

  it('38: of rows', () => {
    const text = `phone number\n${'07900900123\n'.repeat(5)}`;
    const { summary, rows } = checkText(text, csvOptions('sms', 'x', { maxRows: 3 }));
    expect(summary).toMatchObject({ rowCount: 5, tooManyRows: true, hasErrors: true });
    expect(rows.map((row) => row === null)).toEqual([false, false, false, true, true]);
  });

  it('16,384 headers and as many rows take no longer than their number', () => {
    expectLinearTime((size) => {
      const headers = Array.from({ length: size }, (_, index) => (index % 2 === 0 ? 'same' : `h${index}`)).join(',');
      checkText(`phone number,${headers}\n07900900123,1,2`, plain);
      checkText(`email address\n${'a@b.co\n'.repeat(size)}`, csvOptions('email', 'x'));
    }, 16_384);
  });
});
