import { expect, test } from 'vitest';
import { toGuestList } from '../../../src/lib/services/guest-list.ts';

let count = 0;
const ids = { uuid: () => `id-${(count += 1)}`, secret: () => 'secret' };

test('numbers and addresses are told apart and kept as written', () => {
  count = 0;
  expect(toGuestList([' 07700 900100 ', 'demo@example.com', '+1 202 555 0104'], ids)).toEqual([
    { id: 'id-1', recipientType: 'mobile', recipient: '07700 900100' },
    { id: 'id-2', recipientType: 'email', recipient: 'demo@example.com' },
    { id: 'id-3', recipientType: 'mobile', recipient: '+1 202 555 0104' },
  ]);
  expect(toGuestList([], ids)).toEqual([]);
});

test.each(['', 'someone', '0770', 'someone@', '@example.com', '07700900100, demo@example.com'])(
  '%j is neither, and named',
  (recipient) => {
    expect(() => toGuestList(['07700900100', recipient], ids)).toThrow(
      expect.objectContaining({
        code: 'USAGE_INVALID',
        message: `Invalid guest list: "${recipient}" is not a valid email address or phone number`,
      }),
    );
  },
);
