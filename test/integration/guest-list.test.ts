import { describe, expect, it } from 'vitest';
import { changeGuestList, type ChangeGuestListInput } from '../../src/lib/services/change-guest-list.ts';
import { showGuestList } from '../../src/lib/services/show-guest-list.ts';
import { aService } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';

const app = useTestApp();
const before = ['07700 900100', 'Ann@example.gov.uk'];

const changes: readonly [string, Omit<ChangeGuestListInput, 'serviceId'>, string[]][] = [
  [
    'adds at the end',
    { add: ['+33 6 12 34 56 78', 'bo@example.com'] },
    [...before, '+33 6 12 34 56 78', 'bo@example.com'],
  ],
  [
    'adds nobody twice, however written',
    { add: ['+447700900100', 'ann@EXAMPLE.gov.uk', '07700900101', '+44 7700 900101'] },
    [...before, '07700900101'],
  ],
  ['takes off, however written', { remove: ['+447700900100'] }, ['Ann@example.gov.uk']],
  ['takes nobody off who is not there', { remove: ['07700900999', 'nonsense'] }, before],
  ['adds and takes off', { add: ['07700900101'], remove: ['ann@example.gov.uk'] }, ['07700 900100', '07700900101']],
  ['replaces all', { replacement: ['b@example.com', 'a@example.com'] }, ['b@example.com', 'a@example.com']],
  ['replaces all by none', { replacement: [] }, []],
  [
    'takes more than five of a kind',
    { replacement: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `${name}@example.com`) },
    ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `${name}@example.com`),
  ],
];

describe('a change of the guest list', () => {
  it.each(changes)('%s', async (_, change, after) => {
    const { id: serviceId } = await aService(app, { guestList: before });
    const { guestList, isChanged } = await changeGuestList(app, { serviceId, ...change });
    expect(guestList.map(({ recipient }) => recipient)).toEqual(after);
    expect(isChanged).toBe(after.join() !== before.join());
    expect(await showGuestList(app, { serviceId })).toEqual(guestList);
    if (change.replacement !== undefined)
      expect((await changeGuestList(app, { serviceId, ...change })).isChanged).toBe(false);
  });

  it.each([{ replacement: ['a@example.com', 'no one'] }, { add: ['a@example.com', 'no one'] }])(
    'with an entry that is neither number nor address leaves the old list: %j',
    async (change) => {
      const { id: serviceId } = await aService(app, { guestList: before });
      await expect(changeGuestList(app, { serviceId, ...change })).rejects.toMatchObject({
        code: 'USAGE_INVALID',
        message: 'Invalid guest list: "no one" is not a valid email address or phone number',
      });
      expect((await showGuestList(app, { serviceId })).map(({ recipient }) => recipient)).toEqual(before);
    },
  );

  it('keeps every entry when several come at once', async () => {
    const { id: serviceId } = await aService(app);
    const numbers = ['07700900101', '07700900102', '07700900103', '07700900104'];
    await Promise.all(numbers.map((number) => changeGuestList(app, { serviceId, add: [number] })));
    const guests = (await showGuestList(app, { serviceId })).map(({ recipient }) => recipient);
    expect(guests.toSorted()).toEqual(numbers);
  });

  it('is refused for a service that does not exist', async () => {
    const serviceId = app.ids.uuid();
    await expect(changeGuestList(app, { serviceId, add: [] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(showGuestList(app, { serviceId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
