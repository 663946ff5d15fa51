import { describe, expect, test } from 'vitest';
import { parseSeed } from '../../../src/lib/seed/parse-seed.ts';

const id = '018f2f6e-7c1a-7000-8000-000000000001';
const otherId = '018f2f6e-7c1a-7000-8000-000000000002';
const aUuid = 'a UUID such as 018f2f6e-7c1a-7000-8000-000000000000';
const inService = (fields: object): object => ({ services: [{ id, name: 'A service', ...fields }] });

test('a document may be empty', () => {
  expect(parseSeed({})).toEqual({ seed: { users: [], services: [] }, problems: [] });
});

test('what is left out stays undefined', () => {
  const { seed, problems } = parseSeed(inService({}));
  expect(problems).toEqual([]);
  expect(seed.services[0]).toEqual({
    path: 'services[0]',
    id,
    name: 'A service',
    guestList: [],
    team: [],
    inboundNumber: null,
    senders: [],
    apiKeys: [],
    templates: [],
  });
});

test('the default sender comes first, and ids are read in any spelling', () => {
  const { seed, problems } = parseSeed(
    inService({
      sms_senders: [
        { id: otherId.toUpperCase(), sms_sender: 'SECOND' },
        { id: '018f2f6e-7c1a-7000-8000-000000000003', sms_sender: 'FIRST', is_default: true },
      ],
    }),
  );
  expect(problems).toEqual([]);
  expect(seed.services[0]!.senders.map(({ value, path }) => [value, path])).toEqual([
    ['FIRST', 'services[0].sms_senders[1]'],
    ['SECOND', 'services[0].sms_senders[0]'],
  ]);
  expect(seed.services[0]!.senders[1]!.id).toBe(otherId);
});

const template = { id: otherId, name: 'x', type: 'sms', content: 'x' };
const key = { id: otherId, name: 'x', type: 'normal', secret: id };

const mistakes: readonly [string, unknown, string[]][] = [
  ['no object', [], ['the document is []: expected an object']],
  ['no list', { services: {} }, ['services is {}: expected a list']],
  ['an unknown field', { service: [] }, ['service is not known: expected one of users, services']],
  ['an entry that is no object', { users: ['Ann'] }, ['users[0] is "Ann": expected an object']],
  [
    'missing fields',
    { users: [{}] },
    [
      `users[0].id is missing: expected ${aUuid}`,
      'users[0].name is missing: expected a text',
      'users[0].email_address is missing: expected a text',
    ],
  ],
  ['a bad id', { services: [{ id: '12', name: 'x' }] }, [`services[0].id is "12": expected ${aUuid}`]],
  ['a text with NUL', inService({ name: 'a\0b' }), ['services[0].name is "a\\u0000b": expected a text']],
  ['an empty text', { services: [{ id, name: ' ' }] }, ['services[0].name is " ": expected a text']],
  ['a text for true', inService({ live: 'yes' }), ['services[0].live is "yes": expected true or false']],
  [
    'a fraction',
    inService({ rate_limit: 1.5, limits: { sms: -1, post: 3 } }),
    [
      'services[0].limits.post is not known: expected one of email, sms, letter, international_sms',
      'services[0].rate_limit is 1.5: expected a whole number from 0 to 2147483647',
      'services[0].limits.sms is -1: expected a whole number from 0 to 2147483647',
    ],
  ],
  [
    'an unknown permission',
    inService({ permissions: ['sms', 'fly'] }),
    [
      expect.stringMatching(
        /^services\[0\]\.permissions\[1\] is "fly": expected one of email, sms, letter, /,
      ) as string,
    ],
  ],
  [
    'a guest that is no text',
    inService({ guest_list: [7700900100] }),
    ['services[0].guest_list[0] is 7700900100: expected a text'],
  ],
  [
    'an unknown type of template',
    inService({ templates: [{ ...template, type: 'fax' }] }),
    ['services[0].templates[0].type is "fax": expected one of sms, email, letter'],
  ],
  [
    'an unknown type of key',
    inService({ api_keys: [{ ...key, type: 'live' }] }),
    ['services[0].api_keys[0].type is "live": expected one of normal, team, test'],
  ],
  [
    'a long value, cut',
    inService({ templates: [{ ...template, type: 'x'.repeat(200) }] }),
    [`services[0].templates[0].type is "${'x'.repeat(79)}…: expected one of sms, email, letter`],
  ],
  [
    'no default',
    inService({ sms_senders: [{ id: otherId, sms_sender: 'ABC' }] }),
    ['services[0].sms_senders has 0 entries with is_default: expected exactly one'],
  ],
  [
    'two defaults of letters',
    inService({
      letter_contacts: [
        { id: otherId, contact_block: 'a', is_default: true },
        { id: '018f2f6e-7c1a-7000-8000-000000000003', contact_block: 'b', is_default: true },
      ],
    }),
    ['services[0].letter_contacts has 2 entries with is_default: expected one at most'],
  ],
  [
    'an inbound sender that is not the number',
    inService({ sms_senders: [{ id: otherId, sms_sender: 'ABC', is_default: true, inbound: true }] }),
    ['services[0].sms_senders[0].inbound is true: expected sms_sender to be the inbound_number of the service'],
  ],
  [
    'an id that is used twice',
    inService({ templates: [{ ...template, id }] }),
    [`services[0].templates[0].id is "${id}": expected another one than services[0] has`],
  ],
];

describe('a mistake is named with place, value and expectation', () => {
  test.each(mistakes)('%s', (_, document, problems) => {
    expect(parseSeed(document).problems).toEqual(problems);
  });

  test('but a secret is not shown', () => {
    const { problems } = parseSeed(inService({ api_keys: [{ ...key, secret: 'hunter2' }] }));
    expect(problems).toEqual([`services[0].api_keys[0].secret is (hidden): expected ${aUuid}`]);
  });
});
