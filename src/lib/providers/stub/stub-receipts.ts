import { Pool } from 'undici';
import type { Clock } from '../../core/clock.ts';
import { createDelays } from '../../core/delays.ts';
import type { Ids } from '../../core/ids.ts';
import { sandboxOutcome } from '../sandbox-outcome.ts';
import { stubProtocols, type StubContent, type StubMessage } from './stub-protocols.ts';
import type { StubProvider, StubScenario } from './stub-scenario.ts';

export interface ReceiptSender {
  /** Sends the receipts that the scenario wants of a message that was taken. */
  send(provider: StubProvider, message: StubMessage, scenario: StubScenario): void;
  /** Drops what is still to come. */
  close(): Promise<void>;
}

export interface ReceiptDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Called for each receipt with whether it was answered 2xx. */
  readonly onReceipt: (provider: StubProvider, taken: boolean) => void;
}

const connections = 64;
const answerTimeoutMs = 30_000;
/** Like real providers: who is away for a moment, or fails, gets the receipt again. */
const tries = 10;
const tryAgainMs = 1000;
/** How long an odd receipt waits for one that it can change places with. */
const longestHoldMs = 2000;

/** Posts receipts to a server, below its base URL. */
export function createReceiptSender(baseUrl: string, deps: ReceiptDeps): ReceiptSender {
  const { origin, pathname } = new URL(baseUrl);
  const pool = new Pool(origin, { connections, headersTimeout: answerTimeoutMs, bodyTimeout: answerTimeoutMs });
  const delays = createDelays();
  const held: (() => Promise<void>)[] = [];
  let isClosed = false;

  async function post(provider: StubProvider, content: StubContent, attempt = 1): Promise<void> {
    const { type, body, headers = {} } = content;
    const path = `${pathname.replace(/\/$/, '')}${stubProtocols[provider].receiptPath}`;
    let status: number | null = null;
    try {
      const answer = await pool.request({ method: 'POST', path, headers: { ...headers, 'content-type': type }, body });
      await answer.body.dump();
      status = answer.statusCode;
    } catch {
      // Nobody is there; the counts tell.
    }
    if (isClosed) return;
    deps.onReceipt(provider, status !== null && status >= 200 && status <= 299);
    if ((status === null || status >= 500) && attempt < tries) {
      delays.later(tryAgainMs, () => void post(provider, content, attempt + 1));
    }
  }

  /** Holds every other receipt until the next one has gone. */
  async function swap(act: () => Promise<void>): Promise<void> {
    const earlier = held.shift();
    if (earlier !== undefined) {
      await act();
      await earlier();
      return;
    }
    held.push(act);
    delays.later(longestHoldMs, () => {
      const index = held.indexOf(act);
      if (index >= 0) void held.splice(index, 1)[0]!();
    });
  }

  return {
    send(provider, message, scenario) {
      const { reference } = message;
      const protocol = stubProtocols[provider];
      if (reference === null || scenario.receipts === 'none') return;
      const [least, most] = scenario.delay;
      const delay = scenario.receipts === 'late' ? scenario.lateMs : least + deps.random() * (most - least);
      // The message is answered first.
      delays.later(Math.max(delay, 1), () => {
        const type = provider === 'ses' ? 'email' : 'sms';
        const verdict = scenario.outcome === 'by-recipient' ? sandboxOutcome(type, message.to) : scenario.outcome;
        const content = protocol.receipt({ ...message, reference }, verdict, { at: deps.clock.now(), ids: deps.ids });
        const act = (): Promise<void> => post(provider, content);
        if (scenario.receipts === 'garbage') void post(provider, { ...content, body: protocol.garbageReceipt });
        if (scenario.receipts === 'reordered') void swap(act);
        else void act();
        if (scenario.receipts === 'duplicate') void act();
      });
    },
    async close() {
      isClosed = true;
      delays.drop();
      await pool.destroy();
    },
  };
}
