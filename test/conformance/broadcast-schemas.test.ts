/** Every kind of document against the schemas: our own, and the published ones where they are (broadcasts sheet §9). */
import { XmlDocument, XmlValidateError, type XmlElement, type XsdValidator } from 'libxml2-wasm';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { broadcastChannels } from '../../src/lib/broadcasts/channel.ts';
import { checkDocument } from '../../src/lib/broadcasts/xml/check-document.ts';
import { createXmlSigner, type SignXml } from '../../src/lib/broadcasts/xml/sign-xml.ts';
import { aCertificate } from '../support/certificate.ts';
import { findPublishedSchemas, publishedValidator } from '../support/published-schemas.ts';
import { skipWithout } from '../support/skip-unless.ts';
import { toXml } from '../unit/broadcasts/documents.ts';
import {
  capAlert,
  capCancel,
  capCancelOfTwo,
  capTest,
  capUpdate,
  ibagAlert,
  ibagCancel,
  ibagTest,
  ibagUpdate,
  ringOf,
} from '../unit/broadcasts/payloads.ts';

const large = [{ polygon: ringOf(5000) }, { polygons: [ringOf(2500, 56), ringOf(2500, 57)] }];
const changes = [
  ['as it is', {}],
  ['in Welsh', { description: 'Mae llifogydd: ŵŷâêîôû', language: 'cy-GB' }],
  ['with emoji', { description: '😀 & <b>\r\n"\u0085\u2028', language: 'English' }],
  ['with 5,000 points', { areas: large }],
  ['without text', { description: '' }],
  ['with everything', { web: 'https://x.test/?a&b', sender_name: 'Ŵ', areas: [{ ...large[0], description: '<' }] }],
] as const;
const alerts = [capAlert, capUpdate, ibagAlert, ibagUpdate].flatMap((payload) =>
  broadcastChannels.flatMap((channel) =>
    changes.map(([how, change]): [name: string, payload: object] => [
      `${payload.message_format} ${payload.message_type}, ${channel}, ${how}`,
      { ...payload, channel, ...change },
    ]),
  ),
);
const others = [capCancel, capCancelOfTwo, capTest, ibagCancel, ibagTest].map((payload): [string, object] => [
  `${payload.message_format} ${payload.message_type}`,
  payload,
]);
const documents = [...alerts, ...others].map(([name, payload]) => ({
  name,
  format: (payload as { message_format: 'cap' | 'ibag' }).message_format,
  payload,
}));

const { pem: certificate, privateKey } = aCertificate();
let sign: SignXml;
beforeAll(async () => {
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  sign = await createXmlSigner({ key, certificate });
});

/** Both forms of a document. */
const formsOf = (payload: object): string[] =>
  [undefined, sign].map((signer) => toXml(payload, { allowUpdate: true, sign: signer }));

test.each(documents)('$name is valid by our own schema', async ({ format, payload }) => {
  for (const xml of formsOf(payload)) {
    expect(await checkDocument(Buffer.from(xml))).toMatchObject({ format, problems: [], warnings: [] });
  }
});

/** Documents that are not valid, and what is wrong with them first. */
const ibag = '{ibag:1.0}IBAG_';
const invalid: readonly (readonly [payload: object, change: (xml: string) => string, problem: string])[] = [
  [
    ibagAlert,
    (xml) => xml.replace('>0000007b<', '>7c<'),
    `Element '${ibag}message_number': [facet 'length'] The value has a length of '1'; this differs from the allowed length of '4'.`,
  ],
  [
    ibagAlert,
    (xml) => xml.replace('>Actual<', '>Test<'),
    `Element '${ibag}status': [facet 'enumeration'] The value 'Test' is not an element of the set {'Actual', 'System', 'Network Test'}.`,
  ],
  ...['en-GB', 'cy-GB'].map(
    (tag) =>
      [
        ibagAlert,
        (xml: string) => xml.replace('>Welsh<', `>${tag}<`),
        `Element '${ibag}text_language': [facet 'enumeration'] The value '${tag}' is not an element of the set {'English', 'Spanish', 'French', 'Dutch', 'Chinese', 'Korean', 'Thai', 'Mongolian', 'Khmer', 'Welsh'}.`,
      ] as const,
  ),
  [
    ibagAlert,
    (xml) => xml.replace(/<IBAG_channel_category>.*<\/IBAG_channel_category>/, ''),
    `Element '${ibag}Alert_Area': This element is not expected.`,
  ],
  [
    capAlert,
    (xml) => xml.replace('12:00:00-00:00', '12:00:00Z'),
    `Element '{urn:oasis:names:tc:emergency:cap:1.2}sent': [facet 'pattern'] The value '2021-01-01T12:00:00Z' is not accepted by the pattern`,
  ],
  [
    capAlert,
    (xml) => xml.replace('>cy-GB<', '>not a lang<'),
    `Element '{urn:oasis:names:tc:emergency:cap:1.2}language': 'not a lang' is not a valid value of the atomic type 'xs:language'.`,
  ],
  [
    capCancel,
    (xml) => xml.replace(/(<scope>.*<\/scope>)(<references>.*<\/references>)/, '$2$1'),
    `Element '{urn:oasis:names:tc:emergency:cap:1.2}references': This element is not expected.`,
  ],
];

test.each(invalid)('%# is not valid by our own schema', async (payload, change, problem) => {
  const xml = change(toXml(payload));
  expect(xml).not.toBe(toXml(payload));
  const [first] = (await checkDocument(Buffer.from(xml))).problems;
  expect(first?.message.slice(0, problem.length)).toBe(problem);
});

it('takes message numbers in either case, and times as IBAG does', async () => {
  const xml = toXml(ibagAlert).replace('>0000007b<', '>0000007B<').replaceAll('12:00:00-00:00<', '12:00:00.5Z<');
  expect((await checkDocument(Buffer.from(xml))).problems).toEqual([]);
});

const folder = findPublishedSchemas();

skipWithout(folder !== null, 'the published schemas of CAP and IBAG are not there (TEST_SCHEMAS names their folder)')(
  'the published schemas',
  () => {
    let schemas: Record<'cap' | 'ibag' | 'signature', XsdValidator>;
    beforeAll(() => {
      schemas = {
        cap: publishedValidator(folder!, 'CAP-v1.2.xsd'),
        ibag: publishedValidator(folder!, 'ibag10.xsd'),
        signature: publishedValidator(folder!, 'xmldsig.xsd'),
      };
    });

    const problemsOf = (xml: string, validator: XsdValidator): string[] => {
      using document = XmlDocument.fromString(xml);
      try {
        validator.validate(document);
        return [];
      } catch (error) {
        if (!(error instanceof XmlValidateError)) throw error;
        return error.details.map(({ message }) => message.trim());
      }
    };

    test.each(documents)('$name is valid', ({ format, payload }) => {
      for (const xml of formsOf(payload)) expect(problemsOf(xml, schemas[format])).toEqual([]);
    });

    test.each(['cap', 'ibag'] as const)('the signature in %s is valid', (format) => {
      using document = XmlDocument.fromString(toXml(format === 'cap' ? capAlert : ibagAlert, { sign }));
      const signature = document.get('//ds:Signature', { ds: 'http://www.w3.org/2000/09/xmldsig#' });
      expect(problemsOf((signature as XmlElement).canonicalizeToString(), schemas.signature)).toEqual([]);
    });

    test.each(invalid)('%# is not valid, in the same words', async (payload, change) => {
      const xml = change(toXml(payload));
      const format = payload === capAlert || payload === capCancel ? 'cap' : 'ibag';
      const ours = (await checkDocument(Buffer.from(xml))).problems.map(({ message }) => message);
      expect(ours[0]).toBe(problemsOf(xml, schemas[format])[0]);
    });

    it('have identifiers and senders as the networks want them', () => {
      for (const { payload } of documents) {
        const xml = toXml(payload, { allowUpdate: true });
        const [, identifier = 'none'] = /dentifier>([^<]*)</.exec(xml) ?? [];
        const [, sender = 'a@b'] = /<(?:IBAG_)?sender>([^<]*)</.exec(xml) ?? [];
        expect(identifier).toMatch(/^[-_a-zA-Z0-9]+$/);
        expect(sender).toMatch(/^[-_a-zA-Z0-9./:]+@[-_a-zA-Z0-9./:]+$/);
      }
    });
  },
);

describe('what no schema sees', () => {
  it('is told of polygons in valid CAP', async () => {
    const crossing = '51,0 52,1 52,0 51,1 51,0';
    const xml = toXml(capAlert)
      .replace(/<polygon>[^<]*/, `<polygon>${crossing}`)
      .replace(/ 55\.86,-4\.25</, '<');
    const { problems, warnings } = await checkDocument(Buffer.from(xml));
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      'area-1: areas polygon crosses or touches itself: the edges from point 1 to 2 and from point 3 to 4 meet',
      expect.stringMatching(/^area-2: areas \[\[55\.86, -4\.25\], .* is not valid under any of the given schemas$/),
    ]);
  });
});
