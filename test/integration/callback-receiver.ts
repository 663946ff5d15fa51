/** Receivers of callbacks on loopback, which answer as a test says. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import { setCallback } from '../../src/lib/callbacks/set-callback.ts';
import type { CallbackType } from '../../src/lib/callbacks/callback-api.ts';
import type { TestApp } from '../support/test-app.ts';

export interface ReceivedCallback {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface CallbackReceiver {
  readonly url: string;
  readonly received: readonly ReceivedCallback[];
  /** Answers to come; the last one repeats. `hang` = none. */
  answers: (number | 'hang')[];
}

/** Makes receivers, which go after the test. */
export function useCallbackReceivers(): (...answers: (number | 'hang')[]) => Promise<CallbackReceiver> {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });
  return async (...answers) => {
    const received: ReceivedCallback[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push({ path: request.url!, headers: request.headers, body: Buffer.concat(chunks).toString() });
        const answer = receiver.answers.length > 1 ? receiver.answers.shift()! : receiver.answers[0]!;
        if (answer !== 'hang') response.writeHead(answer).end('an answer');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    });
    const receiver: CallbackReceiver = {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks?a=b`,
      received,
      answers: answers.length === 0 ? [200] : answers,
    };
    return receiver;
  };
}

export const bearerToken = 'a-token-of-20-chars!';

/** Has a service told at a URL. */
export async function tell(
  app: TestApp,
  serviceId: string,
  url: string,
  callbackType: CallbackType = 'delivery_status',
): Promise<void> {
  await setCallback(app, { serviceId, callbackType, url, bearerToken });
}
