import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { productVersion } from '../../../src/lib/observability/version.ts';

test('the version is that of the package', () => {
  const path = new URL('../../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
  const product = productVersion();
  expect(product.version).toBe(version);
  expect(product.commit).not.toBe('');
  expect(new Date(product.builtAt).toISOString()).toBe(product.builtAt);
});
