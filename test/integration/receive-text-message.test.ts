import { describe, expect, it } from 'vitest';
import { createSecretBox } from '../../src/lib/core/secret-box.ts';
import { parseSecretKeys } from '../../src/lib/config/secret-keys.ts';
import { addInboundNumber } from '../../src/lib/inbound/add-inbound-number.ts';
import { listInboundNumbers } from '../../src/lib/inbound/list-inbound-numbers.ts';
import { listReceivedTexts } from '../../src/lib/inbound/list-received-texts.ts';
import { receiveTextMessage, type ReceivedText } from '../../src/lib/inbound/receive-text-message.ts';
import { inboundSecretStore } from '../../src/lib/inbound/inbound-secrets.ts';
import type { InboundSms } from '../../src/lib/inbound/inbound-sms.ts';
import { secretStores } from '../../src/lib/secret-stores.ts';
import { rotateSecrets } from '../../src/lib/secrets/rotate-secrets.ts';
import type { Service } from '../../src/lib/services/service.ts';
import { aService } from '../support/builders.ts';
import { testSecretKeys } from '../support/secret-keys.ts';
import { useTestApp } from '../support/test-app.ts';

const app = useTestApp();
let lastNumber = 7_700_900_100;

async function aReceiver(
  permissions: Service['permissions'] = ['inbound_sms'],
): Promise<{ id: string; number: string }> {
  const { id } = await aService(app, { permissions });
  const number = `0${(lastNumber += 1)}`;
  await addInboundNumber(app, { number, provider: 'firetext', serviceId: id });
  return { id, number };
}

function receive(to: string, text: Partial<ReceivedText> = {}): Promise<InboundSms> {
  const defaults = { from: '07900900123', content: 'Hello', providerReference: null, providerDate: null };
  return receiveTextMessage(app, { to, ...defaults, ...text });
}

const stored = (serviceId: string): Promise<InboundSms[]> => listReceivedTexts(app, { serviceId, olderThan: null });

describe('a text that was sent to a service', () => {
  it('is stored with everything that the provider said', async () => {
    const { id, number } = await aReceiver();
    const providerDate = new Date('2026-03-10T11:59:58Z');
    const text = await receive(`44${number.slice(1)}`, {
      from: '(+44)7999999999',
      content: 'STOP',
      providerReference: 'ref-1',
      providerDate,
    });
    expect(text).toMatchObject({
      serviceId: id,
      notifyNumber: number,
      userNumber: '447999999999',
      provider: 'firetext',
      providerReference: 'ref-1',
      providerDate,
      content: 'STOP',
    });
    expect(await stored(id)).toEqual([text]);
  });

  it('is stored without what the provider left out', async () => {
    const { id, number } = await aReceiver();
    await receive(number, { from: 'ALPHA', content: '' });
    expect(await stored(id)).toMatchObject([
      { userNumber: 'ALPHA', content: '', providerReference: null, providerDate: null },
    ]);
  });
});

describe('a text is refused', () => {
  it('when no service has the number', async () => {
    await addInboundNumber(app, { number: '07700900001', provider: 'mmg', serviceId: null });
    for (const number of ['07700900001', '07700900002', '', 'Library', 'x'.repeat(1000)]) {
      await expect(receive(number)).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: `No service receives texts at the number '${number}'`,
      });
    }
  });

  it('when the number is not active', async () => {
    const { id, number } = await aReceiver();
    await app.db.query({ text: 'UPDATE inbound_numbers SET active = false WHERE number = $1', values: [number] });
    await expect(receive(number)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await stored(id)).toEqual([]);
  });

  it('when the service may not receive texts', async () => {
    const { id, number } = await aReceiver(['sms']);
    await expect(receive(number)).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringMatching(/^Service '.+' may not receive texts$/) as string,
    });
    expect(await stored(id)).toEqual([]);
  });
});

describe('numbers', () => {
  it('are listed with whose they are', async () => {
    const { id, number } = await aReceiver();
    const service = { serviceId: id, serviceName: expect.stringMatching(/^Service /) as string };
    await addInboundNumber(app, { number: '07700900003', provider: 'mmg', serviceId: null });
    const numbers = await listInboundNumbers(app);
    expect(numbers.map((each) => each.number)).toEqual(numbers.map((each) => each.number).toSorted());
    expect(numbers.find((each) => each.number === number)).toMatchObject({
      ...service,
      provider: 'firetext',
      active: true,
    });
    expect(numbers.find((each) => each.number === '07700900003')).toMatchObject({ serviceId: null, serviceName: null });
  });
});

describe('rotation of keys', () => {
  it('re-encrypts the contents, and leaves those alone that changed meanwhile', async () => {
    const { id, number } = await aReceiver();
    const text = await receive(number, { content: 'Zoë' });
    const newKey = `new1:${Buffer.alloc(32, 9).toString('base64')}`;
    const both = createSecretBox(parseSecretKeys(`${newKey},${testSecretKeys}`));
    expect(secretStores).toContain(inboundSecretStore);
    await rotateSecrets({ db: app.db, secretBox: both }, { stores: [inboundSecretStore], batchSize: 2 });
    const onlyNew = createSecretBox(parseSecretKeys(newKey));
    const read = await listReceivedTexts({ db: app.db, secretBox: onlyNew }, { serviceId: id, olderThan: null });
    expect(read).toEqual([text]);
    const stale = [{ id: text.id, version: 0, from: 'v1.test1.stale', to: 'v1.new1.wrong', digest: '' }];
    expect(await inboundSecretStore.replace(app.db, stale)).toBe(0);
  });
});
