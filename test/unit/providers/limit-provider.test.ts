import { expect, test } from 'vitest';
import { limitProvider } from '../../../src/lib/providers/limit-provider.ts';
import type { MessageProvider, SendResult } from '../../../src/lib/providers/provider.ts';

const result: SendResult = { reference: null, verdict: null };

/** Sends when it is told to, and knows what it was given. */
function aProvider(work: (message: number) => Promise<unknown> = async () => undefined) {
  const sent: number[] = [];
  let closed = 0;
  const provider: MessageProvider<number> = {
    identifier: 'test',
    async send(message) {
      sent.push(message);
      await work(message);
      return result;
    },
    close: async () => void (closed += 1),
  };
  return { provider, sent, closed: () => closed };
}

test('no more messages at the same time than allowed, in their order', async () => {
  const gates = [0, 1, 2, 3].map(() => Promise.withResolvers<void>());
  const { provider, sent } = aProvider((message) => gates[message]!.promise);
  const limited = limitProvider(provider, { perSecond: null, concurrent: 2 });
  const sends = [0, 1, 2, 3].map((message) => limited.send(message));
  await new Promise(setImmediate);
  expect(sent).toEqual([0, 1]);
  gates[1]!.resolve();
  expect(await sends[1]).toBe(result);
  await new Promise(setImmediate);
  expect(sent).toEqual([0, 1, 2]);
  for (const { resolve } of gates) resolve();
  await Promise.all(sends);
  expect(sent).toEqual([0, 1, 2, 3]);
});

test('a failure gives its turn back', async () => {
  const { provider } = aProvider(async (message) => {
    if (message < 3) throw new Error('no');
  });
  const limited = limitProvider(provider, { perSecond: null, concurrent: 1 });
  for (const message of [0, 1, 2]) await expect(limited.send(message)).rejects.toThrow('no');
  expect(await limited.send(3)).toBe(result);
});

test('messages leave at their pace; none fails for it', async () => {
  const times: number[] = [];
  const { provider } = aProvider(async () => times.push(performance.now()));
  const limited = limitProvider(provider, { perSecond: 100, concurrent: 50 });
  // The first one may be held up, and the others then leave when they would have.
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: 6 }, (_, message) => limited.send(message)));
  // Timers may come a millisecond early.
  expect(times.at(-1)! - startedAt).toBeGreaterThanOrEqual(48);
});

test('closing ends the waiting, and what waited is to be tried again', async () => {
  const { provider, sent, closed } = aProvider();
  const limited = limitProvider(provider, { perSecond: 0.001, concurrent: 5 });
  await limited.send(0);
  const waiting = limited.send(1);
  const checked = expect(waiting).rejects.toMatchObject({ code: 'PROVIDER_FAILED' });
  await limited.close!();
  await checked;
  expect({ sent, closed: closed() }).toEqual({ sent: [0], closed: 1 });
});
