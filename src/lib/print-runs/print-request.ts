import type { Postage } from '../letters/postage.ts';
import { parsePostalAddress, type PostalAddress } from '../recipients/postal-address.ts';

/** A letter as the print provider's API is asked to print it (letters sheet §12). */
export interface PrintRequest {
  /** The provider takes each id once. */
  readonly notificationId: string;
  /** The print reference. */
  readonly reference: string;
  /** The address, its lines joined by LF. */
  readonly to: string;
  readonly postage: Postage;
  readonly serviceId: string;
  readonly organisationId: string | null;
}

type AddressLines = Readonly<Record<string, string>>;

/** One of the three forms of an address. */
export type PrintAddress =
  | { readonly unstructuredAddress: AddressLines }
  | { readonly internationalAddress: AddressLines }
  | { readonly bfpoAddress: AddressLines & { readonly bfpoNumber: number } };

export interface PrintRecipient {
  readonly recipientName: string;
  readonly address: PrintAddress;
}

const longest = { name: 255, line: 45, postcode: 10, country: 256 };
const mostLines = 5;
const mostBfpoLines = 4;

/** Second class has none. */
const despatchMethods: Readonly<Record<Postage, string | null>> = {
  first: 'FIRST',
  second: null,
  economy: 'ECONOMY',
  europe: 'INTERNATIONAL_EU',
  'rest-of-world': 'INTERNATIONAL_ROW',
};

/** How long the provider tries to post what became of a letter, in seconds. */
const callbackWindow = 10_800;

/** The document of a request, but for the PDF: that is large, and `writePrintJob` puts it in. */
export function printJob(request: PrintRequest, callbackUrl: string): object {
  const { notificationId, reference, to, postage, serviceId, organisationId } = request;
  const despatchMethod = despatchMethods[postage];
  return {
    id: notificationId,
    standardParams: {
      jobType: 'NOTIFY',
      templateReference: 'NOTIFY',
      businessIdentifier: reference,
      ...printRecipient(to),
      ...(despatchMethod !== null && { despatchMethod }),
    },
    customParams: [
      { key: 'pdfContent', value: '' },
      ...(organisationId === null ? [] : [{ key: 'organisationIdentifier', value: organisationId }]),
      { key: 'serviceIdentifier', value: serviceId },
    ],
    callbackParams: { target: callbackUrl, retryParams: { enabled: true, maxRetryWindow: callbackWindow } },
  };
}

/** Where the PDF goes: quotes within a text are escaped, so no text of a letter looks like it. */
const beforePdf = '"pdfContent","value":"';

/** The body of a request: the document with the PDF in base64, without a copy of it in between. */
export function writePrintJob(request: PrintRequest, callbackUrl: string, pdf: Buffer): Buffer {
  const [before, tail] = JSON.stringify(printJob(request, callbackUrl)).split(beforePdf) as [string, string];
  const head = `${before}${beforePdf}`;
  const encodedBytes = Math.ceil(pdf.length / 3) * 4;
  const body = Buffer.allocUnsafe(Buffer.byteLength(head) + encodedBytes + Buffer.byteLength(tail));
  let length = body.write(head);
  for (let start = 0; start < pdf.length; start += base64Bytes)
    length += body.write(pdf.toString('base64', start, start + base64Bytes), length, 'latin1');
  body.write(tail, length);
  return body;
}

/** A multiple of three, so that nothing is padded in between. */
const base64Bytes = 3 * 64 * 1024;

/**
 * Name and address, as the provider has them: for its sorting, since what is printed is the PDF. The first line is the
 * name; addresses of the forces have it in their lines, too. What is longer than the provider takes is cut off.
 */
export function printRecipient(to: string): PrintRecipient {
  const address = parsePostalAddress(to);
  const [name = '', ...rest] = linesOfPlace(address);
  const recipientName = name.slice(0, longest.name);
  const postcode = address.postcode === null ? {} : { postcode: address.postcode.slice(0, longest.postcode) };
  if (address.bfpoNumber !== null) {
    const lines = numbered([name, ...rest], mostBfpoLines);
    return {
      recipientName,
      address: { bfpoAddress: { ...lines, ...postcode, bfpoNumber: Number(address.bfpoNumber) } as BfpoAddress },
    };
  }
  const lines = numbered(rest, mostLines);
  if (!address.international) return { recipientName, address: { unstructuredAddress: { ...lines, ...postcode } } };
  const country = address.country.slice(0, longest.country);
  return { recipientName, address: { internationalAddress: { ...lines, country } } };
}

type BfpoAddress = AddressLines & { readonly bfpoNumber: number };

/** The lines without those at their end that have a field of their own: postcode, number of the forces, country. */
function linesOfPlace({ lines, postcode, bfpoNumber, international }: PostalAddress): readonly string[] {
  const fields = [postcode !== null, bfpoNumber !== null, international].filter(Boolean).length;
  return lines.slice(0, lines.length - fields);
}

/** What has no line of its own shares the last one. */
function numbered(lines: readonly string[], most: number): AddressLines {
  const kept = lines.length <= most ? lines : [...lines.slice(0, most - 1), lines.slice(most - 1).join(', ')];
  return Object.fromEntries(kept.map((line, index) => [`line${index + 1}`, line.slice(0, longest.line)]));
}
