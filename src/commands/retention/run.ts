import { Flags } from '@oclif/core';
import type { App } from '../../lib/app.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dryRunFlag, uuidFlag } from '../../lib/cli/flags.ts';
import { interruptible } from '../../lib/cli/interruptible.ts';
import { startProgress } from '../../lib/cli/progress.ts';
import { table } from '../../lib/cli/table.ts';
import { toApiDateTime } from '../../lib/core/clock.ts';
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
Exit status: 0 done, also with nothing to do; 5 no such service, 69 the database does not answer, 75 another run is under way.`;
  static override examples = [
    '<%= config.bin %> retention run --dry-run',
    '<%= config.bin %> retention run --service 018f2f6e-7c1a-7000-8000-000000000000 --type email',
  ];
  static override flags = {
    service: uuidFlag({ char: 's', summary: 'Only this service.' }),
    type: Flags.option({ options: ['email', 'sms', 'letter'] as const, char: 't', summary: 'Only this type.' })(),
    'dry-run': dryRunFlag,
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(RetentionRun);
    const { service: serviceId = null, type, 'dry-run': dryRun } = flags;
    return interruptible(
      (signal) =>
        this.withApp(flags, async (app) => {
          const { requireService } = await import('../../lib/services/show-service.ts');
          const { templateTypes } = await import('../../lib/templates/template.ts');
          if (serviceId !== null) await requireService(app, serviceId);
          const types = type === undefined ? templateTypes : [type];
          const services = await retain(app, { scope: { serviceId, types }, dryRun, signal });
          const sum = (of: 'moved_to_history' | 'deleted' | 'letters_kept'): number =>
            services.reduce((count, service) => count + service[of], 0);
          const result = {
            dry_run: dryRun,
            services,
            moved_to_history: sum('moved_to_history'),
            deleted: sum('deleted'),
            letters_kept: sum('letters_kept'),
            ...(await retainReplies(app, { serviceId, type, dryRun })),
          };
          return { status: dryRun ? ('planned' as const) : ('ok' as const), result };
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
      `${verb('Moved', 'move')} ${result.moved_to_history} message(s) to the history and ${verb('deleted', 'delete').toLowerCase()} ${result.deleted} of test keys.`,
      ...(result.letters_kept > 0 ? [`${result.letters_kept} old letter(s) stay: they may still be printed.`] : []),
      `${verb('Moved', 'move')} ${result.received_texts} received text(s) and ${result.unsubscribe_requests} request(s) to unsubscribe to their history.`,
    ].join('\n');
  }
}

async function retain(
  app: App,
  { scope, dryRun, signal }: { scope: RetentionScope; dryRun: boolean; signal: AbortSignal },
): Promise<RetainedService[]> {
  const { planRetention } = await import('../../lib/retention/plan-retention.ts');
  const { runRetention } = await import('../../lib/retention/run-retention.ts');
  const planned = await planRetention(app, scope);
  if (dryRun) return planned.map((plan) => toJson(plan, plan.toHistory, plan.toDelete, plan.lettersKept));
  const total = planned.reduce((sum, { toHistory, toDelete }) => sum + toHistory + toDelete, 0);
  const progress = startProgress({ label: 'Taking away messages' });
  const onProgress = (gone: number): void => progress.update(gone, total);
  const retained = await runRetention(app, scope, { signal, onProgress }).finally(() => progress.stop());
  return retained.map((went) => toJson(went, went.movedToHistory, went.deleted, went.lettersKept));
}

/** Received texts are kept like texts; requests to unsubscribe alike for all services. */
async function retainReplies(
  app: App,
  { serviceId, type, dryRun }: { serviceId: string | null; type: NotificationType | undefined; dryRun: boolean },
): Promise<Pick<Result, 'received_texts' | 'unsubscribe_requests'>> {
  const { moveReceivedTexts } = await import('../../lib/retention/move-received-texts.ts');
  const { archiveUnsubscribeRequests } = await import('../../lib/retention/archive-unsubscribe-requests.ts');
  const areTexts = type === undefined || type === 'sms';
  const isEverything = type === undefined && serviceId === null;
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
