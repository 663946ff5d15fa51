/** Payloads of the sheet's examples (broadcasts sheet §10), as plain JSON. */

export const providerMessageId = (last: string): string => `3b4b5c6d-0000-4000-8000-0000000000${last}`;

const first = [
  [51.12, -1.2],
  [51.12, 1.2],
  [51.74, 1.2],
  [51.74, -1.2],
  [51.12, -1.2],
];
const second = [
  [55.86, -4.25],
  [55.85, -4.25],
  [55.87, -4.24],
  [55.86, -4.25],
];

const alert = {
  headline: 'GOV.UK Emergency Alert',
  description: 'Flood <now> & "leave"\n5 > 4 ŵ',
  areas: [{ polygon: first }, { polygon: second }],
  sent: '2021-01-01T12:00:00-00:00',
  expires: '2021-01-01T16:00:00-00:00',
};

export const capAlert = {
  ...alert,
  message_type: 'alert',
  message_format: 'cap',
  identifier: providerMessageId('01'),
  channel: 'severe',
};
const capReference = { message_id: providerMessageId('01'), sent: '2021-01-01T12:00:01.234567Z' };
export const capUpdate = {
  ...capAlert,
  message_type: 'update',
  identifier: providerMessageId('02'),
  sent: '2021-01-01T12:30:00-00:00',
  references: [capReference],
};
export const capCancel = {
  message_type: 'cancel',
  message_format: 'cap',
  identifier: providerMessageId('03'),
  sent: '2021-01-01T13:00:00-00:00',
  references: [capReference],
};
export const capCancelOfTwo = {
  ...capCancel,
  references: [capReference, { message_id: providerMessageId('02'), sent: '2021-01-01T12:30:02.000000Z' }],
};
export const capTest = {
  message_type: 'test',
  message_format: 'cap',
  identifier: providerMessageId('09'),
  sent: '2021-01-01T12:15:00+00:00',
};

export const ibagAlert = {
  ...alert,
  message_type: 'alert',
  message_format: 'ibag',
  identifier: providerMessageId('11'),
  message_number: '0000007b',
  channel: 'government',
};
const ibagReference = {
  message_id: providerMessageId('11'),
  message_number: '0000007b',
  sent: '2021-01-01T12:00:01.234567Z',
};
export const ibagUpdate = {
  ...ibagAlert,
  message_type: 'update',
  identifier: providerMessageId('12'),
  message_number: '0000007c',
  sent: '2021-01-01T12:30:00-00:00',
  references: [ibagReference],
};
export const ibagCancel = {
  message_type: 'cancel',
  message_format: 'ibag',
  identifier: providerMessageId('13'),
  message_number: '0000007c',
  sent: '2021-01-01T13:00:00-00:00',
  references: [ibagReference],
};
export const ibagTest = {
  message_type: 'test',
  message_format: 'ibag',
  identifier: providerMessageId('19'),
  message_number: '0000007d',
  sent: '2021-01-01T12:15:00+00:00',
};

/** A ring of so many points around a place, closed and simple. */
export function ringOf(points: number, latitude = 52, longitude = -1): [number, number][] {
  const ring = Array.from({ length: points - 1 }, (_, index): [number, number] => {
    const angle = (2 * Math.PI * index) / (points - 1);
    const radius = 0.5 + 0.05 * Math.sin(37 * angle);
    const places = (value: number): number => Math.round(value * 1e6) / 1e6;
    return [places(latitude + radius * Math.sin(angle)), places(longitude + radius * Math.cos(angle))];
  });
  return [...ring, ring[0]!];
}
