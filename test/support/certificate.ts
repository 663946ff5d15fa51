/** Certificates for tests, written by hand: Node.js reads X.509, but makes none. */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

export interface TestCertificate {
  readonly pem: string;
  readonly privateKey: KeyObject;
}

export interface CertificateOptions {
  readonly commonName?: string;
  readonly validFrom?: Date;
  readonly validTo?: Date;
  readonly keyType?: 'rsa' | 'ed25519';
}

const sha256WithRsa = '2a864886f70d01010b';
const ed25519 = '2b6570';
const commonNameId = '550403';

/** A self-signed certificate with a key of its own. */
export function aCertificate({
  commonName = 'sns.amazonaws.com',
  validFrom = new Date('2020-01-01T00:00:00Z'),
  validTo = new Date('2049-01-01T00:00:00Z'),
  keyType = 'rsa',
}: CertificateOptions = {}): TestCertificate {
  const { publicKey, privateKey } =
    keyType === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519');
  const algorithm = keyType === 'rsa' ? sequence(objectId(sha256WithRsa), der(0x05)) : sequence(objectId(ed25519));
  const name = sequence(der(0x31, sequence(objectId(commonNameId), der(0x0c, Buffer.from(commonName)))));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(1)),
    algorithm,
    name,
    sequence(utcTime(validFrom), utcTime(validTo)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign(keyType === 'rsa' ? 'sha256' : null, body, privateKey);
  const certificate = sequence(body, algorithm, der(0x03, Buffer.of(0), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g)!;
  return { pem: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'), privateKey };
}

/** One value of DER: its tag, its length and what is in it. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const bytes = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...bytes), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, ...parts);
}

function objectId(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

/** Of the years 1950 to 2049. */
function utcTime(instant: Date): Buffer {
  return der(0x17, Buffer.from(`${instant.toISOString().slice(2, 19).replace(/[-T:]/g, '')}Z`));
}
