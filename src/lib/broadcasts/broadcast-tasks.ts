import type { Clock } from '../core/clock.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { raiseAlert } from '../observability/raise-alert.ts';
import type { JobQueue } from '../queue/job-queue.ts';
import { defineTask, TaskPostponed, type Task } from '../queue/task.ts';
import { findBroadcastEvent } from './broadcast-event-repository.ts';
import {
  broadcastTaskNames,
  linkTestJob,
  sendProviderMessageJob,
  type LinkTestArgs,
  type SendEventArgs,
  type SendProviderMessageArgs,
} from './broadcast-jobs.ts';
import { findBroadcastSettings } from './broadcast-settings-repository.ts';
import { providersOf } from './broadcast-settings.ts';
import type { BroadcastProvider } from './provider-message.ts';
import { sendProviderMessage, type SendProviderMessageDeps } from './send-provider-message.ts';
import { testLinks } from './test-links.ts';

export interface BroadcastTaskDeps extends SendProviderMessageDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly queue: JobQueue;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'broadcastSends' | 'broadcastLinkTests' | 'alerts'>;
  readonly config: {
    readonly broadcastUpdates: 'off' | 'on';
    readonly broadcastProviders: readonly BroadcastProvider[];
  };
}

/** A worker that died again and again while it sent leaves the rest to another one, after so many seconds. */
const afterCrashes = 60;

/** The tasks that send broadcasts, on the queue `broadcasts` (broadcasts sheet §3). */
export function broadcastTasks(deps: BroadcastTaskDeps): Task[] {
  return [
    defineTask<SendEventArgs>({
      name: broadcastTaskNames.sendEvent,
      run: (args) => shareOut(deps, args),
    }),
    defineTask<SendProviderMessageArgs>({
      name: broadcastTaskNames.sendProviderMessage,
      run: (args) => runProviderMessage(deps, args),
      // Only a queue that gave up gets here: the retries have no end.
      onExhausted: (tx, args) =>
        deps.queue.enqueue(tx, [sendProviderMessageJob(args, afterCrashes)], { leaveLive: true }),
    }),
    defineTask<LinkTestArgs>({
      name: broadcastTaskNames.linkTest,
      run: (args) => runLinkTest(deps, args),
    }),
    defineTask({ name: 'trigger-link-tests', run: () => queueLinkTests(deps) }),
  ];
}

/** One job for each network of the service that is enabled. */
async function shareOut(
  { db, queue, logger, config }: BroadcastTaskDeps,
  { broadcastEventId }: SendEventArgs,
): Promise<void> {
  const event = await findBroadcastEvent(db, broadcastEventId);
  if (event === null) {
    // Without end, its retries would ask for it again.
    logger.error({ broadcastEventId }, 'There is no such broadcast event: nothing is sent');
    return;
  }
  const settings = await findBroadcastSettings(db, event.serviceId);
  const providers = settings === null ? [] : providersOf(settings, config.broadcastProviders);
  logger.info({ broadcastEventId, messageType: event.messageType, providers }, 'A broadcast goes to its networks');
  const jobs = providers.map((provider) => sendProviderMessageJob({ broadcastEventId, provider }));
  if (jobs.length === 0) {
    logger.error({ broadcastEventId }, 'No network of the broadcast is enabled: nothing is sent');
    return;
  }
  await db.transaction((tx) => queue.enqueue(tx, jobs, { leaveLive: true }));
}

async function runProviderMessage(deps: BroadcastTaskDeps, args: SendProviderMessageArgs): Promise<void> {
  const outcome = await sendProviderMessage(deps, args);
  if (outcome.kind === 'busy') throw new TaskPostponed(outcome.seconds);
  if (outcome.kind !== 'refused') return;
  const { broadcastEventId, provider } = args;
  raiseAlert(deps, {
    alert: 'broadcast-not-sent',
    message: outcome.reason,
    command: `notify broadcasts send --event ${broadcastEventId} --provider ${provider}`,
    details: { broadcastEventId, provider },
  });
}

async function runLinkTest(deps: BroadcastTaskDeps, { provider }: LinkTestArgs): Promise<void> {
  for (const { route, identifier, problem } of await testLinks(deps, provider)) {
    const line = { provider, route, identifier };
    if (problem === null) deps.logger.info(line, 'A link test was acknowledged');
    else deps.logger.error({ ...line, problem }, 'A link test failed');
  }
}

async function queueLinkTests({ db, queue, config, broadcastTransport }: BroadcastTaskDeps): Promise<void> {
  if (broadcastTransport.kind === 'off') return;
  const jobs = config.broadcastProviders.map((provider) => linkTestJob({ provider }));
  await db.transaction((tx) => queue.enqueue(tx, jobs, { leaveLive: true }));
}
