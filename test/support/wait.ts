/** Waiting for something that happens elsewhere: never for a fixed time. */
import type { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** Milliseconds until it counts as not happening. */
  readonly timeout?: number;
  /** What is awaited, for the message when it does not come. */
  readonly what?: string;
}

const defaultTimeout = 20_000;

/**
 * Asks again and again until the answer is truthy, and returns it. For conditions in another process or the database; an
 * answer that throws counts as "not yet", and its error is in the message at the end.
 */
export async function waitFor<Answer>(
  condition: () => Answer | Promise<Answer>,
  { timeout = defaultTimeout, what = condition.toString() }: WaitOptions = {},
): Promise<NonNullable<Answer>> {
  const deadline = performance.now() + timeout;
  for (let pause = 2; ; pause = Math.min(pause * 1.5, 50)) {
    let last: unknown;
    try {
      const answer = await condition();
      if (answer) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      const problem = last instanceof Error ? last.message : `the last answer was ${JSON.stringify(last)}`;
      throw new Error(`Waited ${timeout} ms for: ${what} (${problem})`, { cause: last });
    }
    await delay(pause);
  }
}

/** Waits for the next event of a name and returns its arguments; an `error` event, or too long a wait, rejects. */
export function nextEvent(
  emitter: EventEmitter,
  name: string,
  { timeout = defaultTimeout, what = `the event '${name}'` }: WaitOptions = {},
): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      emitter.off(name, onEvent).off('error', onError);
      act();
    };
    const onEvent = (...args: unknown[]): void => settle(() => resolve(args));
    const onError = (error: Error): void => settle(() => reject(error));
    const timer = setTimeout(() => settle(() => reject(new Error(`Waited ${timeout} ms for: ${what}`))), timeout);
    emitter.on(name, onEvent);
    if (name !== 'error') emitter.on('error', onError);
  });
}

/** A promise and its ends, with a limit on the wait: for callbacks that a test gives away. */
export function createSignal<Value = void>({ timeout = defaultTimeout, what = 'the signal' }: WaitOptions = {}): {
  readonly promise: Promise<Value>;
  resolve(value: Value): void;
  reject(error: unknown): void;
} {
  const { promise, resolve, reject } = Promise.withResolvers<Value>();
  const timer = setTimeout(() => reject(new Error(`Waited ${timeout} ms for: ${what}`)), timeout);
  promise.finally(() => clearTimeout(timer)).catch(() => undefined);
  return { promise, resolve, reject };
}

/** Waits until a list that grows with an event has `count` items, and returns it. */
export async function waitForCount<Item>(
  list: readonly Item[],
  count: number,
  emitter: EventEmitter,
  eventName: string,
  what: string,
): Promise<readonly Item[]> {
  while (list.length < count) {
    await nextEvent(emitter, eventName, { what: `${count} ${what} (there are ${list.length})` });
  }
  return list;
}
