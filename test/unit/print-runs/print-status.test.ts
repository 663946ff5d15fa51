/** Delivery sheet §6.3: what the print provider posts of a letter. */
import { describe, expect, it } from 'vitest';
import { readPrintStatus } from '../../../src/lib/print-runs/print-status.ts';

const id = '019cd000-0000-7000-8000-000000000001';
const properties = [
  { key: 'totalSheets', value: '2' },
  { key: 'postageClass', value: '2ND' },
  { key: 'mailingProduct', value: 'MM' },
];

function document(data: object = {}, more: object = {}): object {
  return {
    id: 'message',
    time: '2026-01-30T13:15:12Z',
    data: {
      jobId: id,
      jobStatus: 'DESPATCHED',
      transitionDate: '2026-01-30T13:15:12Z',
      despatchProperties: properties,
      ...data,
    },
    metadata: { correlationId: 'c' },
    ...more,
  };
}

function problems(body: unknown): readonly string[] {
  try {
    readPrintStatus(body);
    return [];
  } catch (error) {
    return (error as { details: { messages: string[] } }).details.messages;
  }
}

it('says that a letter is in the post, or that it was not printed', () => {
  expect(readPrintStatus(document())).toEqual({
    jobId: id,
    transitionAt: new Date('2026-01-30T13:15:12Z'),
    despatch: { sheets: 2, costThreshold: 'sorted' },
  });
  const rejected = { jobStatus: 'REJECTED', despatchProperties: undefined };
  expect(readPrintStatus(document(rejected)).despatch).toBeNull();
});

it('takes properties as an object, and numbers for texts', () => {
  const despatchProperties = { totalSheets: 3, postageClass: '1ST', mailingProduct: 'UNSORTED' };
  expect(readPrintStatus(document({ despatchProperties })).despatch).toEqual({ sheets: 3, costThreshold: 'unsorted' });
});

it.each([
  ['2ND', 'MM', 'sorted'],
  ['2ND', 'MM ECONOMY', 'sorted'],
  ['2ND', 'MM UNSORTED', 'unsorted'],
  ['2ND', 'UNSORTED', 'unsorted'],
  ['1ST', 'MM', 'unsorted'],
  ['INTERNATIONAL', 'INT EU', 'unsorted'],
  ['INTERNATIONAL', 'MM', 'unsorted'],
])('%s by %s is %s', (postageClass, mailingProduct, costThreshold) => {
  const despatchProperties = { totalSheets: '1', postageClass, mailingProduct };
  expect(readPrintStatus(document({ despatchProperties })).despatch).toEqual({ sheets: 1, costThreshold });
});

it.each([
  ['2026-06-30T23:30:00Z', '2026-06-30T23:30:00.000Z'],
  ['2026-06-30T23:30:00', '2026-06-30T23:30:00.000Z'],
  ['2026-06-30T23:30:00.5+01:00', '2026-06-30T22:30:00.500Z'],
])('the time %s is %s', (transitionDate, expected) => {
  expect(readPrintStatus(document({ transitionDate })).transitionAt.toISOString()).toBe(expected);
});

describe('what is wrong is named', () => {
  it.each<[unknown, readonly string[]]>([
    [
      {},
      [
        'data is a required property',
        'id is a required property',
        'time is a required property',
        'metadata is a required property',
        'correlationId is a required property',
        'jobId is a required property',
        'jobStatus is a required property',
        'transitionDate is a required property',
      ],
    ],
    [document({ jobStatus: 'PRINTED' }), ['jobStatus PRINTED is not one of [DESPATCHED, REJECTED]']],
    [document({ transitionDate: 'yesterday' }), ['transitionDate is not a valid ISO8601 time']],
    [document({ transitionDate: '2026-02-30T99:00:00Z' }), ['transitionDate is not a valid ISO8601 time']],
    [document({ despatchProperties: undefined }), ['despatchProperties is a required property']],
    [
      document({ despatchProperties: [] }),
      [
        'totalSheets is a required property',
        'postageClass is a required property',
        'mailingProduct is a required property',
      ],
    ],
    [
      document({ despatchProperties: { totalSheets: 'two', postageClass: '3RD', mailingProduct: 'MM' } }),
      ['totalSheets is not a whole number', 'postageClass 3RD is not one of [1ST, 2ND, INTERNATIONAL]'],
    ],
    [document({}, { metadata: 'none' }), ['metadata is not an object', 'correlationId is a required property']],
    [document({ jobId: null }), ['jobId is not of type string']],
  ])('%j', (body, expected) => {
    expect(problems(body)).toEqual(expected);
  });

  it.each([null, [], 'text', 1])('%j is no document', (body) => {
    expect(problems(body)).toContain('data is a required property');
  });
});
