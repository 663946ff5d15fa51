import { expect, it, test } from 'vitest';
import {
  decodeId,
  decodeKey,
  directFileUrl,
  documentUrl,
  simulatedDocumentUrl,
} from '../../../src/lib/documents/document-link.ts';

const serviceId = '00112233-4455-6677-8899-aabbccddeeff';
const documentId = 'ffffffff-ffff-4fff-bfff-fffffffffffe';
const key = Buffer.alloc(32, 0xfb);
const keyText = '-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s';
const opening = { serviceId, documentId, key };

it('writes ids as 16 bytes and the key in URL-safe base64 without padding', () => {
  expect(documentUrl('https://files.example/base', opening)).toBe(
    `https://files.example/base/d/ABEiM0RVZneImaq7zN3u_w/________T_-__________g?key=${keyText}`,
  );
  expect(documentUrl('https://files.example', opening, '/download')).toMatch(
    /\/________T_-__________g\/download\?key=/,
  );
  expect(directFileUrl('https://files.example', opening, 'pdf')).toBe(
    `https://files.example/services/${serviceId}/documents/${documentId}.pdf?key=${keyText}`,
  );
  expect(simulatedDocumentUrl('https://files.example', serviceId)).toBe(
    `https://files.example/services/${serviceId}/documents/test-document`,
  );
});

it('reads what it wrote', () => {
  const [, , , , service, document] = documentUrl('https://x', opening).split(/[/?]/);
  expect([decodeId(service!), decodeId(document!)]).toEqual([serviceId, documentId]);
  expect(decodeKey(keyText)).toEqual(key);
});

test.each([
  '',
  'x',
  'ABEiM0RVZneImaq7zN3u_w==',
  'ABEiM0RVZneImaq7zN3u/w',
  'ABEiM0RVZneImaq7zN3u_x',
  serviceId,
  keyText,
])('%j is no id', (text) => {
  expect(decodeId(text)).toBeNull();
});

test.each([
  '',
  'x',
  `${keyText}=`,
  `${keyText}A`,
  keyText.slice(1),
  keyText.replace('-', '+'),
  `${keyText.slice(0, -1)}t`,
])('%j is no key', (text) => {
  expect(decodeKey(text)).toBeNull();
});
