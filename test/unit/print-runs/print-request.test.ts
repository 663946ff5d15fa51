/** Letters sheet §12: what the print provider's API is asked. */
import { describe, expect, it } from 'vitest';
import {
  printJob,
  printRecipient,
  writePrintJob,
  type PrintRequest,
} from '../../../src/lib/print-runs/print-request.ts';

const request: PrintRequest = {
  notificationId: '019cd000-0000-7000-8000-000000000001',
  reference: 'ABCDEF1234567890',
  to: 'Ann Example\n1 Example Street\nExampletown\nSW1A 1AA',
  postage: 'second',
  serviceId: '019cd000-0000-7000-8000-00000000000a',
  organisationId: '019cd000-0000-7000-8000-00000000000b',
};
const callbackUrl = 'https://notify.example/notifications/letter/status?token=t';

it('a request has exactly the fields of the API', () => {
  expect(printJob(request, callbackUrl)).toEqual({
    id: request.notificationId,
    standardParams: {
      jobType: 'NOTIFY',
      templateReference: 'NOTIFY',
      businessIdentifier: 'ABCDEF1234567890',
      recipientName: 'Ann Example',
      address: { unstructuredAddress: { line1: '1 Example Street', line2: 'Exampletown', postcode: 'SW1A 1AA' } },
    },
    customParams: [
      { key: 'pdfContent', value: '' },
      { key: 'organisationIdentifier', value: request.organisationId },
      { key: 'serviceIdentifier', value: request.serviceId },
    ],
    callbackParams: { target: callbackUrl, retryParams: { enabled: true, maxRetryWindow: 10_800 } },
  });
});

it.each([
  ['first', 'FIRST'],
  ['second', undefined],
  ['economy', 'ECONOMY'],
  ['europe', 'INTERNATIONAL_EU'],
  ['rest-of-world', 'INTERNATIONAL_ROW'],
] as const)('a letter by %s goes as %s', (postage, despatchMethod) => {
  const { standardParams } = printJob({ ...request, postage }, callbackUrl) as { standardParams: object };
  expect((standardParams as { despatchMethod?: string }).despatchMethod).toBe(despatchMethod);
  expect('despatchMethod' in standardParams).toBe(despatchMethod !== undefined);
});

it('a service without an organisation has none', () => {
  const { customParams } = printJob({ ...request, organisationId: null }, callbackUrl) as { customParams: object[] };
  expect(customParams).toEqual([
    { key: 'pdfContent', value: '' },
    { key: 'serviceIdentifier', value: request.serviceId },
  ]);
});

describe('an address', () => {
  const seven = ['Ann', 'b', 'c', 'd', 'e', 'f'];

  it.each<[string, readonly string[], object]>([
    [
      'of seven lines fills the five of the API',
      [...seven, 'sw1a1aa'],
      { unstructuredAddress: { line1: 'b', line2: 'c', line3: 'd', line4: 'e', line5: 'f', postcode: 'SW1A 1AA' } },
    ],
    [
      'abroad has its country',
      ['Ann', 'Straße 1', '10115 Berlin', 'Deutschland'],
      { internationalAddress: { line1: 'Straße 1', line2: '10115 Berlin', country: 'Germany' } },
    ],
    [
      'abroad of seven lines fills them, too',
      [...seven, 'Canada'],
      { internationalAddress: { line1: 'b', line2: 'c', line3: 'd', line4: 'e', line5: 'f', country: 'Canada' } },
    ],
    [
      'of the forces repeats the name',
      ['Ann', 'Unit 1', 'BF1 1AA', 'BFPO 0012'],
      { bfpoAddress: { line1: 'Ann', line2: 'Unit 1', postcode: 'BF1 1AA', bfpoNumber: 12 } },
    ],
    [
      'of the forces may be without a postcode',
      ['Ann', 'Unit 1', 'bfpo c/o 1234'],
      { bfpoAddress: { line1: 'Ann', line2: 'Unit 1', bfpoNumber: 1234 } },
    ],
    [
      'of the forces with more lines than the API has shares its last one',
      ['Ann', 'b', 'c', 'd', 'e', 'BF1 1AA', 'BFPO 1'],
      { bfpoAddress: { line1: 'Ann', line2: 'b', line3: 'c', line4: 'd, e', postcode: 'BF1 1AA', bfpoNumber: 1 } },
    ],
    [
      'is cut where a line is longer than the API takes',
      ['Ann', 'x'.repeat(60), 'SW1A 1AA'],
      { unstructuredAddress: { line1: 'x'.repeat(45), postcode: 'SW1A 1AA' } },
    ],
  ])('%s', (_what, lines, address) => {
    expect(printRecipient(lines.join('\n'))).toEqual({ recipientName: 'Ann', address });
  });

  it('has a name of 255 characters at most', () => {
    expect(printRecipient(`${'n'.repeat(300)}\na\nSW1A 1AA`).recipientName).toBe('n'.repeat(255));
  });
});

describe('the body of a request', () => {
  it.each([0, 1, 2, 3, 4, 3 * 64 * 1024, 3 * 64 * 1024 + 1, 1_000_003])('holds a PDF of %i bytes', (bytes) => {
    const pdf = Buffer.alloc(bytes, '%PDF-1.7 é');
    const body = JSON.parse(writePrintJob(request, callbackUrl, pdf).toString()) as {
      customParams: { key: string; value: string }[];
    };
    expect(Buffer.from(body.customParams[0]!.value, 'base64').equals(pdf)).toBe(true);
    expect({ ...body, customParams: [{ ...body.customParams[0], value: '' }, ...body.customParams.slice(1)] }).toEqual(
      printJob(request, callbackUrl),
    );
  });

  it('is not misled by an address that looks like JSON', () => {
    const to = 'Ann\n"pdfContent","value":"\n{"key":"pdfContent","value":""}\nSW1A 1AA';
    const body = writePrintJob({ ...request, to }, callbackUrl, Buffer.from('%PDF')).toString();
    expect(JSON.parse(body)).toMatchObject({
      standardParams: { address: { unstructuredAddress: { line1: '"pdfContent","value":"' } } },
      customParams: [{ value: Buffer.from('%PDF').toString('base64') }, {}, {}],
    });
  });
});
