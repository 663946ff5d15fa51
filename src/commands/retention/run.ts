import { Flags } from '@oclif/core';
import type { App } from '../../lib/app.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dryRunFlag, uuidFlag, yesFlag } from '../../lib/cli/flags.ts';
import { interruptible } from '../../lib/cli/interruptible.ts';
import { startProgress } from '../../lib/cli/progress.ts';
import { table } from '../../lib/cli/table.ts';
import { toApiDateTime } from '../../lib/core/clock.ts';
import { counted } from '../../lib/core/counted.ts';
import type { NotificationType } from '../../lib/notifications/notification.ts';
import type { ExpiredService } from '../../lib/retention/expired-notification.ts';
import type { RetentionScope } from '../../lib/retention/plan-retention.ts';

interface RetainedService {
  readonly service_id: string;
  readonly notification_type: NotificationType;
  readonly days_of_retention: number;
  /** Older ones go. */
  readonly before: string;
  readonly moved_to_history: number;
  /** Of test keys. */
  readonly deleted: number;
  /** Letters that are not printed yet. */
  readonly letters_kept: number;
}

interface Result {
  readonly dry_run: boolean;
  readonly services: readonly RetainedService[];
  readonly moved_to_history: number;
  readonly deleted: number;
  readonly letters_kept: number;
  /** Received texts, which are kept as long as texts. */
  readonly received_texts: number;
  /** Requests to unsubscribe that nobody asks for any more. */
  readonly unsubscribe_requests: number;
}

export default class RetentionRun extends BaseCommand<Result> {
  static override summary = 'Take away personal data that is older than services keep it.';
  static override description = `Moves messages older than their services keep them (7 days, or what \`services retention\` says) to the history, without recipients and personalisation, and deletes those of test keys; the same of received texts and of requests to unsubscribe. Whole days in London are kept, so it has something to do once a day: the schedule runs it at 03:00 UTC. Letters that may still be printed stay, with their files. It can be interrupted and goes on when it runs again.
Exit status: 0 done, also with nothing to do; 4 not confirmed, 5 no such service, 69 the database does not answer, 75 another run is under way.`;
  static override examples = [
    '<%= config.bin %> retention run --dry-run',
    '<%= config.bin %> retention run --yes',
    '<%= config.bin %> retention run --service 018f2f6e-7c1a-7000-8000-000000000000 --type email --limit 1000 --yes',
  ];
  static override flags = {
    service: uuidFlag({ char: 's', summary: 'Only this service.' }),
    type: Flags.option({ options: ['email', 'sms', 'letter'] as const, char: 't', summary: 'Only this type.' })(),
    limit: Flags.integer({
      summary: 'How many messages at most; received texts and requests to unsubscribe then stay.',
      min: 1,
    }),
    'dry-run': dryRunFlag,
    yes: yesFlag,
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(RetentionRun);
    const { service: serviceId = null, type, limit, 'dry-run': dryRun } = flags;
    return interruptible(
      (signal) =>
        this.withApp(flags, async (app) => {
          const { requireService } = await import('../../lib/services/show-service.ts');
          const { templateTypes } = await import('../../lib/templates/template.ts');
          if (serviceId !== null) await requireService(app, serviceId);
          const work: Work = { serviceId, type, types: type === undefined ? templateTypes : [type], limit };
          const planned = { ...toResult(await plan(app, work)), ...(await retainReplies(app, work, { dryRun: true })) };
          if (dryRun) return { status: 'planned' as const, result: { dry_run: true, ...planned } };
          const total = planned.moved_to_history + planned.deleted;
          const isAnything = total + planned.received_texts + planned.unsubscribe_requests > 0;
          if (isAnything) await this.confirm(question(planned), flags);
          const services = total === 0 ? planned.services : await retain(app, work, { total, signal });
          const replies = isAnything ? await retainReplies(app, work, { dryRun: false }) : {};
          return { status: 'ok' as const, result: { ...planned, ...toResult(services), ...replies, dry_run: false } };
        }),
      { notice: (line) => this.notice(line), afterwards: 'What has gone is gone; the next run goes on.' },
    );
  }

  protected render(result: Result): string {
    const rows = result.services.map((service) => ({
      service: service.service_id,
      type: service.notification_type,
      days: service.days_of_retention,
      'to history': service.moved_to_history,
      deleted: service.deleted,
      kept: service.letters_kept,
    }));
    const verb = (past: string, infinitive: string): string => (result.dry_run ? `Would ${infinitive}` : past);
    return [
      ...(rows.length > 0 && rows.length <= 200 ? [table(rows)] : []),
      `${verb('Moved', 'move')} ${counted(result.moved_to_history, 'message')} to the history and ${verb('deleted', 'delete').toLowerCase()} ${result.deleted} of test keys.`,
      ...(result.letters_kept > 0
        ? [`Kept ${counted(result.letters_kept, 'old letter')} that may still be printed.`]
        : []),
      `${verb('Moved', 'move')} ${counted(result.received_texts, 'received text')} and ${counted(result.unsubscribe_requests, 'request')} to unsubscribe to their history.`,
    ].join('\n');
  }
}

interface Work extends RetentionScope {
  readonly type: NotificationType | undefined;
  readonly limit: number | undefined;
}

type Messages = Pick<Result, 'services' | 'moved_to_history' | 'deleted' | 'letters_kept'>;
type Replies = Pick<Result, 'received_texts' | 'unsubscribe_requests'>;

function question({ services, moved_to_history: moved, deleted, ...replies }: Messages & Replies): string {
  return (
    `Move ${counted(moved, 'message')} of ${counted(new Set(services.map((one) => one.service_id)).size, 'service')} to the history, delete ` +
    `${deleted} of test keys, and move ${counted(replies.received_texts, 'received text')} and ` +
    `${counted(replies.unsubscribe_requests, 'request')} to unsubscribe?`
  );
}

function toResult(services: readonly RetainedService[]): Messages {
  const sum = (of: 'moved_to_history' | 'deleted' | 'letters_kept'): number =>
    services.reduce((count, service) => count + service[of], 0);
  return {
    services,
    moved_to_history: sum('moved_to_history'),
    deleted: sum('deleted'),
    letters_kept: sum('letters_kept'),
  };
}

async function plan(app: App, { limit = Infinity, ...scope }: Work): Promise<RetainedService[]> {
  const { planRetention } = await import('../../lib/retention/plan-retention.ts');
  let left = limit;
  const take = (count: number): number => {
    const taken = Math.min(count, left);
    left -= taken;
    return taken;
  };
  return (await planRetention(app, scope)).map((planned) =>
    toJson(planned, take(planned.toHistory), take(planned.toDelete), planned.lettersKept),
  );
}

async function retain(
  app: App,
  { limit, ...scope }: Work,
  { total, signal }: { total: number; signal: AbortSignal },
): Promise<RetainedService[]> {
  const { runRetention } = await import('../../lib/retention/run-retention.ts');
  const progress = startProgress({ label: 'Taking away messages' });
  const onProgress = (gone: number): void => progress.update(gone, total);
  const retained = await runRetention(app, scope, { signal, onProgress, limit }).finally(() => progress.stop());
  return retained.map((went) => toJson(went, went.movedToHistory, went.deleted, went.lettersKept));
}

/** Received texts are kept like texts; requests to unsubscribe alike for all services. */
async function retainReplies(
  app: App,
  { serviceId, type, limit }: Work,
  { dryRun }: { dryRun: boolean },
): Promise<Replies> {
  const { moveReceivedTexts } = await import('../../lib/retention/move-received-texts.ts');
  const { archiveUnsubscribeRequests } = await import('../../lib/retention/archive-unsubscribe-requests.ts');
  const areTexts = limit === undefined && (type === undefined || type === 'sms');
  const isEverything = limit === undefined && type === undefined && serviceId === null;
  return {
    received_texts: areTexts ? await moveReceivedTexts(app, { serviceId, dryRun }) : 0,
    unsubscribe_requests: isEverything ? await archiveUnsubscribeRequests(app, { dryRun }) : 0,
  };
}

function toJson(
  { serviceId, type, days, before }: ExpiredService,
  movedToHistory: number,
  deleted: number,
  lettersKept: number,
): RetainedService {
  return {
    service_id: serviceId,
    notification_type: type,
    days_of_retention: days,
    before: toApiDateTime(before),
    moved_to_history: movedToHistory,
    deleted,
    letters_kept: lettersKept,
  };
}
