/** Enveloped signatures, verified by another library (broadcasts sheet §8). */
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { XmlDocument } from 'libxml2-wasm';
import { C14nCanonicalization, SignedXml } from 'xml-crypto';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { checkDocument } from '../../../src/lib/broadcasts/xml/check-document.ts';
import { createXmlSigner, type SignXml } from '../../../src/lib/broadcasts/xml/sign-xml.ts';
import { aCertificate } from '../../support/certificate.ts';
import { toXml } from './documents.ts';
import { capAlert, capCancel, capTest, ibagAlert, ibagCancel, ibagTest } from './payloads.ts';

const { pem: certificate, privateKey } = aCertificate();
const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
let sign: SignXml;

beforeAll(async () => {
  sign = await createXmlSigner({ key, certificate });
});

/** What xml-crypto says; it has no C14N 1.1, which for documents without `xml:` attributes is the same as 1.0. */
function isVerified(xml: string): boolean {
  using document = XmlDocument.fromString(xml);
  const signature = document.get('//ds:Signature', { ds: 'http://www.w3.org/2000/09/xmldsig#' });
  const verifier = new SignedXml({ publicCert: certificate });
  verifier.CanonicalizationAlgorithms['http://www.w3.org/2006/12/xml-c14n11'] = C14nCanonicalization;
  const text = signature!.canonicalizeToString();
  verifier.loadSignature(text);
  try {
    return verifier.checkSignature(xml);
  } catch {
    return false;
  }
}

const awkward = { description: 'a\r\nb & <c> "d" ŵ 😀\t]]>', language: 'Welsh' };
const payloads = [
  ['CAP alert', capAlert],
  ['CAP alert with awkward text', { ...capAlert, ...awkward }],
  ['CAP cancel', capCancel],
  ['CAP test', capTest],
  ['IBAG alert', ibagAlert],
  ['IBAG alert with awkward text', { ...ibagAlert, ...awkward }],
  ['IBAG cancel', ibagCancel],
  ['IBAG test', ibagTest],
] as const;

describe.each(payloads)('%s', (_name, payload) => {
  it('is signed without another change, and verifies', async () => {
    const [plain, signed] = [toXml(payload), toXml(payload, { sign })];
    expect(signed.replace(/<ds:Signature .*<\/ds:Signature>/s, '')).toBe(plain);
    expect(isVerified(signed)).toBe(true);
    expect((await checkDocument(Buffer.from(signed))).problems).toEqual([]);
    expect(toXml(payload, { sign })).toBe(signed);
  });

  it('does not verify after a change', () => {
    const signed = toXml(payload, { sign });
    const tampered = [
      signed.replace('broadcasts@', 'broadcast@'),
      signed.replace('2021-01-01', '2021-01-02'),
      signed.replace('><', '> <'),
      signed.replace(/(<ds:SignatureValue>.{20})./, (all, start: string) => `${start}${all.endsWith('A') ? 'B' : 'A'}`),
      signed.replace('rsa-sha256', 'rsa-sha1'),
    ];
    for (const xml of tampered) {
      expect(xml).not.toBe(signed);
      expect(isVerified(xml)).toBe(false);
    }
  });
});

it('stands last in CAP, and in the element that IBAG has for it', () => {
  expect(toXml(capAlert, { sign })).toMatch(/<\/info><ds:Signature .*<\/ds:Signature><\/alert>$/s);
  expect(toXml(ibagAlert, { sign })).toMatch(
    /<IBAG_Digital_Signature><ds:Signature .*<\/ds:Signature><\/IBAG_Digital_Signature><\/IBAG_Alert_Attributes>$/s,
  );
});

it('holds the algorithms and the certificate', () => {
  const xml = toXml(capAlert, { sign });
  expect([...xml.matchAll(/Algorithm="([^"]+)"/g)].map(([, name]) => name)).toEqual([
    'http://www.w3.org/2006/12/xml-c14n11',
    'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
    'http://www.w3.org/2006/12/xml-c14n11',
    'http://www.w3.org/2001/04/xmlenc#sha256',
  ]);
  expect([...xml.matchAll(/<(ds:[A-Za-z0-9]+)[ >]/g)].map(([, name]) => name?.slice(3))).toEqual([
    ...['Signature', 'SignedInfo', 'CanonicalizationMethod', 'SignatureMethod', 'Reference', 'Transforms'],
    ...['Transform', 'Transform', 'DigestMethod', 'DigestValue', 'SignatureValue'],
    ...['KeyInfo', 'X509Data', 'X509Certificate'],
  ]);
  const [, body] = /<ds:X509Certificate>(.*)<\/ds:X509Certificate>/.exec(xml)!;
  expect(body).toBe(new X509Certificate(certificate).raw.toString('base64'));
  expect(xml).toContain('<ds:Reference URI="">');
});

describe('keys', () => {
  const ed25519 = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  test.each([
    [{ key: 'x', certificate }, 'The key for signing broadcasts cannot be read as PEM'],
    [{ key, certificate: 'x' }, 'The certificate for signing broadcasts cannot be read as PEM'],
    [{ key: ed25519, certificate }, 'The key for signing broadcasts is of type ed25519; it must be RSA'],
    [{ key, certificate: aCertificate().pem }, 'The certificate for signing broadcasts is not that of the signing key'],
  ])('%# cannot be used', async (keys, message) => {
    const refusal = createXmlSigner(keys);
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('take the first of several certificates', async () => {
    const signAlso = await createXmlSigner({ key, certificate: `${certificate}\n${aCertificate().pem}` });
    expect(toXml(capTest, { sign: signAlso })).toBe(toXml(capTest, { sign }));
  });
});
