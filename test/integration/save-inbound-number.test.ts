import { expect, it } from 'vitest';
import { saveInboundNumber, type SaveInboundNumberInput } from '../../src/lib/inbound/save-inbound-number.ts';
import { aService } from '../support/builders.ts';
import { useTestApp } from '../support/test-app.ts';

const app = useTestApp();
let count = 0;
function aNumber(changes: Partial<SaveInboundNumberInput> = {}): SaveInboundNumberInput {
  const number = `0770090${String((count += 1)).padStart(4, '0')}`;
  return { id: app.ids.uuid(), number, provider: 'mmg', serviceId: null, ...changes };
}

it('makes a number, gives it to a service, and changes nothing again', async () => {
  const { id: serviceId } = await aService(app);
  const number = aNumber();
  expect(await saveInboundNumber(app, number)).toBe('created');
  expect(await saveInboundNumber(app, { ...number, serviceId })).toBe('changed');
  expect(await saveInboundNumber(app, { ...number, serviceId })).toBe('unchanged');
  const { rows } = await app.db.query({
    text: 'SELECT number, provider, service_id, active, updated_at IS NULL AS new FROM inbound_numbers WHERE id = $1',
    values: [number.id],
  });
  expect(rows).toEqual([{ number: number.number, provider: 'mmg', service_id: serviceId, active: true, new: false }]);
});

it('refuses a number that has another id, and a second one for a service', async () => {
  const { id: serviceId } = await aService(app);
  const [first, second] = [aNumber({ serviceId }), aNumber()];
  await saveInboundNumber(app, first);
  await saveInboundNumber(app, second);
  const taken = (number: string): object => ({
    code: 'CONFLICT',
    message: `The inbound number '${number}' is known under another id, or the service has another number`,
  });
  await expect(saveInboundNumber(app, aNumber({ number: first.number }))).rejects.toMatchObject(taken(first.number));
  await expect(saveInboundNumber(app, { ...second, serviceId })).rejects.toMatchObject(taken(second.number));
  const third = aNumber({ serviceId });
  await expect(saveInboundNumber(app, third)).rejects.toMatchObject(taken(third.number));
});

it.each(['', '+447700900', '077009001234', '12', 'abc'])('refuses %j, which is no number', async (number) => {
  await expect(saveInboundNumber(app, aNumber({ number }))).rejects.toMatchObject({
    code: 'USAGE_INVALID',
    message: `'${number}' cannot be an inbound number: expected 3 to 11 digits`,
  });
});
