import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg } from '../../lib/cli/flags.ts';
import { table } from '../../lib/cli/table.ts';
import { AppError } from '../../lib/core/errors.ts';
import type { NotificationType } from '../../lib/notifications/notification.ts';

interface Result {
  readonly service_id: string;
  readonly retention: readonly {
    readonly notification_type: NotificationType;
    readonly days_of_retention: number;
    /** Nothing else was set. */
    readonly default: boolean;
  }[];
}

export default class ServicesRetention extends BaseCommand<Result> {
  static override summary = 'Show or change for how long a service keeps its messages.';
  static override description = `Messages are kept for whole days in London, 7 of them if nothing else is set; then only what statistics and bills need is left. A change counts from the next nightly run on. What is gone does not come back.
Exit status: 0 done, also when it was so already; 2 a number of days that is none, 5 no such service.`;
  static override examples = [
    '<%= config.bin %> services retention 018f2f6e-7c1a-7000-8000-000000000000',
    '<%= config.bin %> services retention 018f2f6e-7c1a-7000-8000-000000000000 --type sms --days 30',
    '<%= config.bin %> services retention 018f2f6e-7c1a-7000-8000-000000000000 --clear',
  ];
  static override args = { id: uuidArg({ description: 'id of the service', required: true }) };
  static override flags = {
    type: Flags.option({ options: ['email', 'sms', 'letter'] as const, char: 't', summary: 'Type of messages.' })(),
    days: Flags.integer({
      summary: 'Days to keep them.',
      min: 1,
      max: 36_500,
      dependsOn: ['type'],
      exclusive: ['clear'],
    }),
    clear: Flags.boolean({ summary: 'Keep them for 7 days again: those of --type, or all.' }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(ServicesRetention);
    const { type, days, clear } = flags;
    if (type !== undefined && days === undefined && !clear) {
      throw new AppError('USAGE_INVALID', '--type says nothing alone: expected --days or --clear, too');
    }
    return this.withApp(flags, async (app) => {
      const { clearDataRetention, mostUsualDays, setDataRetention } =
        await import('../../lib/retention/set-data-retention.ts');
      const { showDataRetention } = await import('../../lib/retention/save-data-retention.ts');
      const { defaultRetentionDays } = await import('../../lib/retention/data-retention.ts');
      const { templateTypes } = await import('../../lib/templates/template.ts');
      const serviceId = args.id;
      if (clear) await clearDataRetention(app, { serviceId, type: type ?? null });
      if (type !== undefined && days !== undefined) {
        await setDataRetention(app, { serviceId, notificationType: type, daysOfRetention: days });
        if (days > mostUsualDays) {
          this.addWarning(`${days} days are longer than personal data is usually kept (${mostUsualDays} at most)`);
        }
      }
      const set = await showDataRetention(app, { serviceId });
      const retention = templateTypes.map((notificationType) => {
        const own = set.find((one) => one.notificationType === notificationType);
        return {
          notification_type: notificationType,
          days_of_retention: own?.daysOfRetention ?? defaultRetentionDays,
          default: own === undefined,
        };
      });
      return { result: { service_id: serviceId, retention } };
    });
  }

  protected render({ retention }: Result): string {
    return table(
      retention.map(({ notification_type, days_of_retention, default: isDefault }) => ({
        type: notification_type,
        days: days_of_retention,
        set: isDefault ? 'by default' : 'for this service',
      })),
    );
  }
}
