import { expect, it } from 'vitest';
import { linkBaseUrls } from '../../../src/lib/config/link-base-urls.ts';

const defaults = { publicUrl: null, adminUrl: null, host: '127.0.0.1', port: 6011 };

it.each([
  ['the own address without anything else', {}, null, 'http://127.0.0.1:6011', 'http://127.0.0.1:6011'],
  ['a name for every address', { host: '0.0.0.0' }, null, 'http://localhost:6011', 'http://localhost:6011'],
  ['a name for every address (IPv6)', { host: '::', port: 80 }, null, 'http://localhost:80', 'http://localhost:80'],
  ['brackets around IPv6', { host: '::1' }, null, 'http://[::1]:6011', 'http://[::1]:6011'],
  ['the request', {}, 'http://r', 'http://r', 'http://r'],
  ['the public URL before the request', { publicUrl: 'https://p' }, 'http://r', 'https://p', 'https://p'],
  ['the admin URL for people', { adminUrl: 'https://a' }, 'http://r', 'http://r', 'https://a'],
])('links use %s', (_name, config, requestBaseUrl, api, site) => {
  expect(linkBaseUrls({ ...defaults, ...config }, requestBaseUrl)).toEqual({ api, site });
});
