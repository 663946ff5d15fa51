import { createHash, createPrivateKey, sign, X509Certificate, type KeyObject } from 'node:crypto';
import type { XmlElement } from 'libxml2-wasm';
import { AppError, messageOf } from '../../core/errors.ts';
import type { MessageFormat } from '../broadcast-payload.ts';

/** Enveloped XML signatures: RSA and SHA-256 over the whole document (broadcasts sheet §8). */

/** Puts a signature into a document, which may not be changed afterwards, not even in its white space. */
export type SignXml = (xml: string, format: MessageFormat) => string;

export interface SigningKeys {
  /** PEM, RSA, not encrypted. */
  readonly key: string;
  /** PEM; of several certificates the first, which must be that of the key. */
  readonly certificate: string;
}

const signatureNamespace = 'http://www.w3.org/2000/09/xmldsig#';
const canonicalisation = 'http://www.w3.org/2006/12/xml-c14n11';

/** The tag before which a signature goes: the end of CAP's root, or of the empty element that IBAG has for it. */
const placeOfSignature: Readonly<Record<MessageFormat, string>> = {
  cap: '</alert>',
  ibag: '</IBAG_Digital_Signature>',
};

/**
 * A signer for a key and its certificate.
 *
 * @throws AppError CONFIG_INVALID when either cannot be used, or they do not belong together
 */
export async function createXmlSigner({ key, certificate }: SigningKeys): Promise<SignXml> {
  const privateKey = readPrivateKey(key);
  const x509 = readCertificate(certificate);
  if (!x509.checkPrivateKey(privateKey))
    throw new AppError('CONFIG_INVALID', 'The certificate for signing broadcasts is not that of the signing key');
  const { XmlDocument, XmlC14NMode } = await import('libxml2-wasm');
  const canonical = { mode: XmlC14NMode.XML_C14N_1_1 };

  const digestOf = (xml: string): string => {
    using document = XmlDocument.fromString(xml);
    return createHash('sha256').update(document.canonicalizeToString(canonical)).digest('base64');
  };
  // What is signed depends on where it stands: it takes over the namespace of the root.
  const signedBytes = (xml: string): Buffer => {
    using document = XmlDocument.fromString(xml);
    const signedInfo = document.get('//ds:Signature/ds:SignedInfo', { ds: signatureNamespace });
    return Buffer.from((signedInfo as XmlElement).canonicalizeToString(canonical));
  };

  return (xml, format) => {
    const place = xml.lastIndexOf(placeOfSignature[format]);
    const withSignature = (signature: string): string => xml.slice(0, place) + signature + xml.slice(place);
    const signedInfo = signedInfoFor(digestOf(xml));
    const value = sign('sha256', signedBytes(withSignature(signatureElement(signedInfo))), privateKey);
    return withSignature(
      signatureElement(
        signedInfo,
        `<ds:SignatureValue>${value.toString('base64')}</ds:SignatureValue>` +
          `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${x509.raw.toString('base64')}</ds:X509Certificate>` +
          '</ds:X509Data></ds:KeyInfo>',
      ),
    );
  };
}

function signatureElement(...content: readonly string[]): string {
  return `<ds:Signature xmlns:ds="${signatureNamespace}">${content.join('')}</ds:Signature>`;
}

function signedInfoFor(digest: string): string {
  return (
    '<ds:SignedInfo>' +
    `<ds:CanonicalizationMethod Algorithm="${canonicalisation}"></ds:CanonicalizationMethod>` +
    '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>' +
    '<ds:Reference URI=""><ds:Transforms>' +
    '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"></ds:Transform>' +
    `<ds:Transform Algorithm="${canonicalisation}"></ds:Transform>` +
    '</ds:Transforms>' +
    '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>' +
    `<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`
  );
}

function readPrivateKey(pem: string): KeyObject {
  const key = orRefuse('key', () => createPrivateKey(pem));
  if (key.asymmetricKeyType !== 'rsa') {
    const found = key.asymmetricKeyType ?? 'unknown';
    throw new AppError('CONFIG_INVALID', `The key for signing broadcasts is of type ${found}; it must be RSA`);
  }
  return key;
}

function readCertificate(pem: string): X509Certificate {
  return orRefuse('certificate', () => new X509Certificate(pem));
}

/** Messages of the library never quote what it read. */
function orRefuse<Value>(what: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    const message = `The ${what} for signing broadcasts cannot be read as PEM (${messageOf(error)})`;
    throw new AppError('CONFIG_INVALID', message, { cause: error });
  }
}
