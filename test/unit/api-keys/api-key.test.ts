import { expect, test } from 'vitest';
import { formatApiKey } from '../../../src/lib/api-keys/api-key.ts';

const serviceId = '26785a09-ab16-4eb0-8407-a37497a57506';
const secret = '3d844edf-8d35-48ac-975b-e847b4f122b0';

test.each([
  ['my key', 'my_key'],
  ['My Key! (2)', 'my_key_2'],
  ['  --  ', 'key'],
  ['', 'key'],
  ['ключ', 'key'],
  [`a-${secret}`, `a_${secret.replaceAll('-', '_')}`],
])('clients find both ids of a key named %j', (name, slug) => {
  const text = formatApiKey(name, serviceId, secret);
  expect(text).toBe(`${slug}-${serviceId}-${secret}`);
  expect([text.slice(-73, -37), text.slice(-36)]).toEqual([serviceId, secret]);
});
