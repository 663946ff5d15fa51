/**
 * A run in which one of two providers fails in every way while a worker is killed and the database restarts, for the test
 * and for `run-provider-faults.ts`.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { tendProvidersBackToMiddle } from '../../src/lib/providers/move-shares.ts';
import type { StubScenario } from '../../src/lib/providers/stub/stub-scenario.ts';
import { queueNames } from '../../src/lib/queue/queues.ts';
import { unlockQueues } from '../../src/lib/queue/unlock-queues.ts';
import { makeJobsDue } from '../support/queue-probe.ts';
import { waitFor } from '../support/wait.ts';
import { startFaultyInstallation, type FaultyInstallation, type ServeProcess } from './faulty-installation.ts';

export interface FaultPlan {
  readonly messages: number;
  /** Milliseconds in which everything has to be over, from the last message on. */
  readonly timeoutMs: number;
  /**
   * Waits for what takes long in real life: answers that never come (10 s), the sign of life of a dead worker (20 s), and
   * workers that learn of new shares (10 s). Otherwise each is brought about.
   */
  readonly isPatient: boolean;
  readonly onPhase?: (phase: PhaseReport) => void;
}

/** What happened while the provider behaved in one way. */
export interface PhaseReport {
  readonly name: string;
  readonly accepted: number;
  /** Tries that were not accepted. */
  readonly refused: number;
  /** Priority of the provider that is ill, at the end. */
  readonly share: number;
  /** Part of the requests of both that it got; null = there were none. */
  readonly handed: number | null;
  readonly seconds: number;
}

export interface FaultReport {
  readonly phases: readonly PhaseReport[];
  readonly accepted: number;
  /** Whatever may make a worker forget that a provider said yes. */
  readonly kills: number;
  /** Messages by how often a provider took them. */
  readonly sends: Readonly<Record<number, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly callbacks: number;
  /** The shares of the ill provider: at first, at its worst, in the end. */
  readonly shares: { readonly first: number; readonly lowest: number; readonly last: number };
  readonly seconds: number;
  /** What did not hold; empty = all did. */
  readonly problems: readonly string[];
}

const ill = 'mmg';
const well = 'firetext';
const restingPoint = 51;
const senders = 8;
const minuteMs = 60_000;

/** How messages to these numbers end, through either provider. */
const endings = {
  '07700900003': 'temporary-failure',
  '07700900002': 'permanent-failure',
  '07700900321': 'delivered',
} as const;

/** How the ill provider behaves in turn, and how many of the messages it meets like that. The other one lies, too. */
const phases: readonly {
  name: string;
  part: number;
  scenario: Partial<StubScenario>;
  receipts?: Partial<StubScenario>;
}[] = [
  { name: 'well', part: 0.05, scenario: {} },
  { name: 'answers 500', part: 0.3, scenario: { answer: 'error', status: 500 } },
  { name: 'still 500', part: 0.1, scenario: { answer: 'error', status: 500 } },
  { name: 'hangs', part: 0.1, scenario: { answer: 'hang' } },
  { name: 'garbage', part: 0.1, scenario: { answer: 'garbage', share: 0.5 }, receipts: { receipts: 'garbage' } },
  { name: 'receipts doubled', part: 0.1, scenario: {}, receipts: { receipts: 'duplicate' } },
  { name: 'receipts late', part: 0.1, scenario: {}, receipts: { receipts: 'late', lateMs: 3000 } },
  { name: 'receipts reordered', part: 0.05, scenario: {}, receipts: { receipts: 'reordered' } },
];
const lastPart = 0.1;

/** Runs it. Rejects when it cannot be run; what does not hold is in the report. */
export async function runProviderFaults(plan: FaultPlan): Promise<FaultReport> {
  const installation = await startFaultyInstallation();
  try {
    return await new Run(plan, installation).run();
  } finally {
    await installation.close();
  }
}

class Run {
  private readonly plan: FaultPlan;
  private readonly installation: FaultyInstallation;
  private readonly startedAt = performance.now();
  /** Accepted messages, with the status that each has to end in. */
  private readonly accepted = new Map<string, string>();
  private readonly reports: PhaseReport[] = [];
  private readonly problems: string[] = [];
  private kills = 0;
  private refused = 0;

  constructor(plan: FaultPlan, installation: FaultyInstallation) {
    this.plan = plan;
    this.installation = installation;
  }

  async run(): Promise<FaultReport> {
    const { installation, plan } = this;
    const workers = [await installation.startWorker()];
    if (plan.isPatient) workers.push(await installation.startWorker());
    await this.letPass(60);

    for (const { name, part, scenario, receipts = {} } of phases) {
      await this.phase(name, async () => {
        installation.stub.setScenario(ill, { delay: [0, 50], ...receipts, ...scenario });
        installation.stub.setScenario(well, { delay: [0, 50], ...receipts });
        const sending = this.sendPart(part);
        if (name === 'hangs') await this.killOne(workers);
        if (name === 'garbage') await this.restart(workers);
        await sending;
        await this.attempted(name === 'hangs');
      });
      // A minute later, shares may move again.
      await this.letPass(1);
    }
    await this.phase('well again', async () => {
      for (const provider of [ill, well] as const) installation.stub.setScenario(provider, { delay: [0, 50] });
      await this.tendBack();
      // Until every worker has read the shares.
      if (plan.isPatient) await delay(11_000);
      await this.sendPart(lastPart);
      await this.attempted(false);
    });
    await this.end();
    return this.report();
  }

  private async phase(name: string, work: () => Promise<void>): Promise<void> {
    const startedAt = performance.now();
    const before = { accepted: this.accepted.size, requests: this.requests(), refused: this.refused };
    await work();
    const requests = this.requests();
    const ofIll = requests[ill] - before.requests[ill];
    const all = ofIll + requests[well] - before.requests[well];
    const report: PhaseReport = {
      name,
      accepted: this.accepted.size - before.accepted,
      refused: this.refused - before.refused,
      share: await this.share(),
      handed: all === 0 ? null : ofIll / all,
      seconds: (performance.now() - startedAt) / 1000,
    };
    this.reports.push(report);
    this.plan.onPhase?.(report);
  }

  private async sendPart(part: number): Promise<void> {
    let left = Math.ceil(this.plan.messages * part);
    const numbers = Object.keys(endings) as (keyof typeof endings)[];
    await Promise.all(
      Array.from({ length: senders }, async () => {
        while (left > 0) {
          left -= 1;
          // Two in ten fail, one in either way.
          const to = numbers[left % 10] ?? '07700900321';
          this.accepted.set(await this.sendUntilAccepted(to), endings[to]);
        }
      }),
    );
  }

  /** As a client does: what is not accepted is sent again a moment later. */
  private async sendUntilAccepted(to: string): Promise<string> {
    const deadline = performance.now() + this.plan.timeoutMs;
    for (;;) {
      const id = await this.installation.send(to);
      if (id !== null) return id;
      if (performance.now() > deadline) throw new Error('The API accepts nothing any more');
      this.refused += 1;
      await delay(100);
    }
  }

  /** Kills a worker in the middle of its work; another one goes on. */
  private async killOne(workers: ServeProcess[]): Promise<void> {
    // It has sent, and been left without an answer.
    const before = this.requests()[ill];
    await waitFor(() => this.requests()[ill] > before, { what: 'a provider to hang' });
    this.kills += 1;
    await workers.shift()!.kill();
    if (this.plan.isPatient) workers.push(await this.installation.startWorker());
  }

  /** Restarts the database under load. */
  private async restart(workers: ServeProcess[]): Promise<void> {
    this.kills += 1;
    await this.installation.restartDatabase();
    if (this.plan.isPatient) return;
    // All that is running belongs to the worker that was killed: nobody waits for its sign of life.
    await unlockQueues(this.installation.app, { queues: queueNames, olderThanSeconds: 0 });
    workers.push(await this.installation.startWorker());
  }

  /** Waits until every message was tried; when a provider hangs, only for one answer that never comes. */
  private async attempted(hangs: boolean): Promise<void> {
    if (hangs) return void (await delay(this.plan.isPatient ? 11_000 : 0));
    const { db } = this.installation.app;
    const isQuiet = async (): Promise<boolean> => {
      const { rows } = await db.query<{ busy: boolean }>(`SELECT EXISTS (SELECT FROM pgboss.job
        WHERE name IN ('send-sms', 'retry') AND state < 'active' AND start_after <= now()) AS busy`);
      return !rows[0]!.busy;
    };
    await waitFor(isQuiet, { timeout: this.plan.timeoutMs, what: 'every message to be tried' });
  }

  /** Lets minutes pass as far as shares are concerned. */
  private async letPass(minutes: number): Promise<void> {
    await this.installation.app.db.query({
      text: `UPDATE provider_details SET updated_at = updated_at - $1 * interval '1 minute'`,
      values: [minutes],
    });
  }

  /** The periodic task, with a clock that is driven on by what it waits for. */
  private async tendBack(): Promise<void> {
    const { app } = this.installation;
    let now = Date.now() + 15 * minuteMs;
    const clock = { now: () => new Date(now) };
    for (let step = 0; step < 20 && (await tendProvidersBackToMiddle({ ...app, clock })); step += 1)
      now += 15 * minuteMs;
  }

  /** Waits until every message has its final status and every callback came. What failed is tried again at once. */
  private async end(): Promise<void> {
    const { db } = this.installation.app;
    const deadline = performance.now() + this.plan.timeoutMs;
    const isOver = async (): Promise<boolean> => {
      await makeJobsDue(db);
      const stored = await this.statuses();
      return [...this.accepted].every(
        ([id, ending]) => stored.get(id) === ending && this.installation.told.get(id)?.includes(ending) === true,
      );
    };
    while (!(await isOver()) && performance.now() < deadline) await delay(250);
  }

  private async report(): Promise<FaultReport> {
    const stored = await this.statuses();
    const { taken, told } = this.installation;
    const ids = [...this.accepted.keys()];
    const takenOf = (id: string): number => taken.get(id) ?? 0;
    this.expectNone(
      'in the wrong status',
      ids.filter((id) => stored.get(id) !== this.accepted.get(id)),
    );
    this.expectNone(
      'never sent',
      ids.filter((id) => takenOf(id) === 0),
    );
    this.expectNone(
      `sent more than ${1 + this.kills} times`,
      ids.filter((id) => takenOf(id) > 1 + this.kills),
    );
    this.expectNone(
      'without their callback',
      ids.filter((id) => !told.get(id)?.includes(this.accepted.get(id)!)),
    );
    const shares = {
      first: this.reports[0]!.share,
      lowest: Math.min(...this.reports.map(({ share }) => share)),
      last: this.reports.at(-1)!.share,
    };
    if (shares.first !== restingPoint) this.problems.push(`the share began at ${shares.first}`);
    if (shares.lowest >= shares.first) this.problems.push('the share of the ill provider never fell');
    if (shares.last !== restingPoint) this.problems.push(`the share ended at ${shares.last}`);
    return {
      phases: this.reports,
      accepted: ids.length,
      kills: this.kills,
      sends: countBy(ids.map(takenOf)),
      statuses: countBy(ids.map((id) => stored.get(id) ?? 'none')),
      callbacks: ids.reduce((sum, id) => sum + (told.get(id)?.length ?? 0), 0),
      shares,
      seconds: (performance.now() - this.startedAt) / 1000,
      problems: this.problems,
    };
  }

  private expectNone(what: string, ids: readonly string[]): void {
    if (ids.length > 0) this.problems.push(`${ids.length} messages ${what}, such as ${ids[0]}`);
  }

  private async statuses(): Promise<Map<string, string>> {
    const { rows } = await this.installation.app.db.query<{ id: string; status: string }>(
      'SELECT id, notification_status AS status FROM notifications',
    );
    return new Map(rows.map(({ id, status }) => [id, status]));
  }

  private async share(): Promise<number> {
    const { rows } = await this.installation.app.db.query<{ priority: number }>({
      text: 'SELECT priority FROM provider_details WHERE identifier = $1',
      values: [ill],
    });
    return rows[0]!.priority;
  }

  private requests(): Record<typeof ill | typeof well, number> {
    const counts = this.installation.stub.counts();
    return { [ill]: counts[ill].requests, [well]: counts[well].requests };
  }
}

function countBy(values: readonly (string | number)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
