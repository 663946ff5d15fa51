import type { NewJob } from '../queue/job-queue.ts';
import type { BroadcastEvent } from './broadcast-event.ts';
import type { BroadcastProvider } from './provider-message.ts';

/** The jobs that send broadcasts (broadcasts sheet §3), all on the queue `broadcasts`. */

export interface SendEventArgs {
  readonly broadcastEventId: string;
}

export interface SendProviderMessageArgs {
  readonly broadcastEventId: string;
  readonly provider: BroadcastProvider;
}

export interface LinkTestArgs {
  readonly provider: BroadcastProvider;
}

export const broadcastTaskNames = {
  sendEvent: 'send-broadcast-event',
  sendProviderMessage: 'send-broadcast-provider-message',
  linkTest: 'trigger-link-test',
} as const;

export function sendEventJob({ id }: Pick<BroadcastEvent, 'id'>): NewJob {
  const args: SendEventArgs = { broadcastEventId: id };
  return { queue: 'broadcasts', task: broadcastTaskNames.sendEvent, args, subject: id };
}

/** @param delay seconds from now */
export function sendProviderMessageJob(args: SendProviderMessageArgs, delay = 0): NewJob {
  const subject = `${args.broadcastEventId} ${args.provider}`;
  return { queue: 'broadcasts', task: broadcastTaskNames.sendProviderMessage, args, subject, delay };
}

export function linkTestJob(args: LinkTestArgs): NewJob {
  return { queue: 'broadcasts', task: broadcastTaskNames.linkTest, args, subject: args.provider };
}
