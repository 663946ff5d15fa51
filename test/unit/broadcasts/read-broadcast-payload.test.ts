/** What payloads must hold (broadcasts sheet §3 and §12). */
import { describe, expect, it, test } from 'vitest';
import { parseJson } from '../../../src/lib/core/json.ts';
import { readBroadcastPayload } from '../../../src/lib/broadcasts/read-broadcast-payload.ts';
import { textsAt, toXml } from './documents.ts';
import {
  capAlert,
  capCancel,
  capTest,
  capUpdate,
  ibagAlert,
  ibagCancel,
  ibagTest,
  ibagUpdate,
  ringOf,
} from './payloads.ts';

const closed = ringOf(4);
const open = [
  [51, 0],
  [51, 1],
  [52, 1],
  [52, 0],
];

describe('required fields', () => {
  const common = ['message_format', 'message_type'];
  const ofAlert = ['identifier', 'description', 'areas', 'sent', 'expires', 'channel'];
  test.each([
    ['CAP alert', capAlert, [...common, ...ofAlert, 'headline']],
    ['CAP update', capUpdate, [...common, ...ofAlert, 'headline', 'references']],
    ['CAP cancel', capCancel, [...common, 'identifier', 'sent', 'references']],
    ['CAP test', capTest, [...common, 'identifier']],
    ['IBAG alert', ibagAlert, [...common, ...ofAlert, 'message_number']],
    ['IBAG update', ibagUpdate, [...common, ...ofAlert, 'message_number', 'references']],
    ['IBAG cancel', ibagCancel, [...common, 'identifier', 'message_number', 'sent', 'references']],
    ['IBAG test', ibagTest, [...common, 'message_number']],
  ])('of %s', (_name, payload: object, fields) => {
    const required = [...Object.keys(payload), 'language', 'web'].filter((field) =>
      [undefined, null].some((value) => {
        const read = () => readBroadcastPayload({ ...payload, [field]: value });
        try {
          read();
          return false;
        } catch (error) {
          expect(error).toMatchObject({ code: 'VALIDATION_FAILED', message: `${field} is required` });
          return true;
        }
      }),
    );
    expect(required.sort()).toEqual([...fields].sort());
  });

  it('may not be empty lists', () => {
    expect(() => readBroadcastPayload({ ...capAlert, areas: [] })).toThrow('areas is required');
    expect(() => readBroadcastPayload({ ...capCancel, references: [] })).toThrow('references is required');
  });
});

describe('refused values', () => {
  const channels = "['test', 'operator', 'severe', 'government']";
  test.each([
    [capAlert, { message_format: 'xml' }, `'xml' is not an allowed message_format. Must be in ['cap', 'ibag']`],
    [
      capAlert,
      { message_type: 'alarm' },
      `'alarm' is not an allowed message_type. Must be in ['alert', 'update', 'cancel', 'test']`,
    ],
    [capAlert, { channel: 'Severe' }, `'Severe' is not an allowed channel. Must be in ${channels}`],
    [
      capAlert,
      { language: 'cy' },
      `'cy' is not an allowed language. Must be in ['en-GB', 'cy-GB', 'English', 'Welsh']`,
    ],
    [capAlert, { language: 'toString' }, /^'toString' is not an allowed language/],
    [capAlert, { description: 'a'.repeat(1396) }, 'description must be 1,395 characters or fewer'],
    [
      capAlert,
      { description: 'ŵ'.repeat(616) },
      'description must be 615 characters or fewer (because it could not be GSM7 encoded)',
    ],
    [capAlert, { description: 5 }, 'description is not a text'],
    [capAlert, { headline: 'a\u0001' }, 'headline holds U+0001, which no XML document can hold'],
    [capAlert, { identifier: 'a b' }, "identifier is 'a b': it may only hold letters, digits, - and _"],
    [capAlert, { identifier: '' }, "identifier is '': it may only hold letters, digits, - and _"],
    [capAlert, { sender: 'nobody' }, "sender is 'nobody', not a name, @ and a domain"],
    [ibagAlert, { message_number: '7b' }, "message_number is '7b', not 8 hexadecimal digits"],
    [ibagAlert, { message_number: '0000007g' }, "message_number is '0000007g', not 8 hexadecimal digits"],
    [ibagAlert, { message_number: 123 }, 'message_number is not a text'],
    [capAlert, { areas: {} }, 'areas is not a list'],
    [capAlert, { areas: [[]] }, 'areas[0] is not an object'],
    [capAlert, { areas: [{ polygon: closed }, {}] }, 'areas[1].polygon is required'],
    [capAlert, { areas: [{ polygon: [] }] }, 'areas[0].polygon is required'],
    [capAlert, { areas: [{ geocodes: ['x'] }] }, 'areas[0].polygon is required'],
    [ibagAlert, { areas: [{ geocodes: [] }] }, 'areas[0].polygon is required'],
    [ibagAlert, { areas: [{ geocodes: [1] }] }, 'areas[0].geocodes[0] is not a text'],
    [capAlert, { areas: [{ polygon: open }] }, 'areas[0].polygon is not closed'],
    [capAlert, { areas: [{ polygons: [closed, open] }] }, 'areas[0].polygons[1] is not closed'],
    [capAlert, { areas: [{ polygons: [5] }] }, 'areas[0].polygons[0] is not a list'],
    [capAlert, { areas: [{ polygon: closed.slice(0, 3) }] }, 'areas[0].polygon has fewer than 4 points'],
    [
      capAlert,
      { areas: [{ polygon: [[91, 0], ...open] }] },
      'areas[0].polygon has a point that is no latitude and longitude: 91,0',
    ],
    [
      capAlert,
      { areas: [{ polygon: [[0, -180.5], ...open] }] },
      'areas[0].polygon has a point that is no latitude and longitude: 0,-180.5',
    ],
    [
      capAlert,
      { areas: [{ polygon: [['51', '0'], ...open] }] },
      'areas[0].polygon[0] is not a pair of numbers [latitude, longitude]',
    ],
    [
      capAlert,
      { areas: [{ polygon: [[51, 0, 9], ...open] }] },
      'areas[0].polygon[0] is not a pair of numbers [latitude, longitude]',
    ],
    [capAlert, { sent: 'now' }, "sent is 'now', not an ISO 8601 date and time with an offset"],
    [capAlert, { expires: '2021-01-01T16:00:00' }, /^expires is '2021-01-01T16:00:00', not an ISO 8601/],
    [capAlert, { expires: capAlert.sent }, `expires is not after sent: '${capAlert.sent}'`],
    [capTest, { sent: '2021-01-01 12:15' }, "sent is '2021-01-01 12:15', not an ISO 8601 date and time with an offset"],
    [capCancel, { references: [5] }, 'references[0] is not an object'],
    [capCancel, { references: [{ sent: 'x' }] }, 'references[0].message_id is required'],
    [capCancel, { references: [{ message_id: 'x' }] }, 'references[0].sent is required'],
    [
      capCancel,
      { references: [{ message_id: 'x', sent: 'a b' }] },
      "references[0].sent is 'a b': it may not hold commas or spaces",
    ],
    [ibagCancel, { references: [{ message_id: 'x', sent: 'x' }] }, 'references[0].message_number is required'],
  ])('%#: %o', (payload: object, change, message) => {
    const read = () => readBroadcastPayload({ ...payload, ...change });
    expect(read).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
    expect(read).toThrow(typeof message === 'string' ? expect.objectContaining({ message }) : message);
  });

  test.each([[null], [[]], ['x'], [5]])('%j is no payload', (value) => {
    expect(() => readBroadcastPayload(value)).toThrow('payload is not an object');
  });
});

describe('accepted values', () => {
  it('of format and type in any case', () => {
    const payload = { ...capAlert, message_format: 'CAP', message_type: 'Alert' };
    expect(toXml(payload)).toBe(toXml(capAlert));
  });

  it('of fields that the kind does not use, whatever is in them', () => {
    const unused = { message_number: 5, references: 'x', web: 5, headline: null };
    expect(toXml({ ...capTest, ...unused, description: 7, areas: 'x' })).toBe(toXml(capTest));
    expect(toXml({ ...ibagAlert, ...unused, message_number: '0000007b' })).toBe(toXml(ibagAlert));
  });

  it('of times in any ISO form, which are converted', () => {
    const payload = { ...capAlert, sent: '2021-01-01T13:00:00.9+01:00', expires: '2021-01-01T16:00:00Z' };
    expect(toXml(payload)).toBe(toXml(capAlert));
  });

  test.each([
    ['2021-01-01T13:15:00+01:00', '2021-01-01T13:15:00+01:00'],
    ['2021-01-01T12:15:00Z', '2021-01-01T12:15:00+00:00'],
  ])('%s of a link test becomes %s', (sent, written) => {
    expect(textsAt(toXml({ ...capTest, sent }), 'sent')).toEqual([written]);
  });

  it('of numbers whose spelling was kept', () => {
    const json = JSON.stringify({ ...capAlert, areas: [] }).replace(
      '"areas":[]',
      '"areas":[{"polygon":[[51.0,1.50],[51,2],[52,2],[51.00,1.5e0]]}]',
    );
    expect(textsAt(toXml(parseJson(json)), 'info/area/polygon')).toEqual(['51,1.5 51,2 52,2 51,1.5']);
  });

  it('of IBAG references without a time', () => {
    const references = ibagCancel.references.map(({ message_id, message_number }) => ({ message_id, message_number }));
    expect(toXml({ ...ibagCancel, references })).toBe(toXml(ibagCancel));
  });

  it('of IBAG link tests without an identifier', () => {
    expect(toXml({ ...ibagTest, identifier: undefined })).toBe(toXml(ibagTest));
  });
});
