import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg } from '../../lib/cli/flags.ts';

interface Result {
  readonly id: string;
  readonly status: string;
  readonly type: string;
  readonly to: string;
  readonly steps: readonly { readonly at: string; readonly step: string; readonly detail: string }[];
  readonly next: string | null;
}

export default class NotificationsTrace extends BaseCommand<Result> {
  static override summary = 'Tell the whole life of one message.';
  static override description = 'Where it is now, what happened to it and when, and what happens next.';
  static override examples = ['<%= config.bin %> notifications trace 018f2f6e-7c1a-7000-8000-000000000000'];
  static override args = { id: uuidArg({ description: 'id of the message', required: true }) };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(NotificationsTrace);
    return this.withApp(flags, async (app) => {
      const { traceNotification } = await import('../../lib/notifications/trace-notification.ts');
      const { notification, steps, next } = await traceNotification(app, { notificationId: args.id });
      return {
        result: {
          id: notification.id,
          status: notification.status,
          type: notification.notificationType,
          to: notification.to,
          steps: steps.map(({ at, step, detail }) => ({ at: at.toISOString(), step, detail })),
          next,
        },
      };
    });
  }

  protected render({ id, type, to, status, steps, next }: Result): string {
    const lines = steps.map(({ at, step, detail }) => `${at}  ${step.padEnd(18)}  ${detail}`);
    return [`${type} ${id} to ${to.replaceAll('\n', ', ')}: ${status}`, ...lines, `next: ${next ?? 'nothing'}`].join(
      '\n',
    );
  }
}
