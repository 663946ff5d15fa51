import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidFlag } from '../../lib/cli/flags.ts';
import { table } from '../../lib/cli/table.ts';
import { addDays, londonDate, type CalendarDate } from '../../lib/core/london-time.ts';
import type { DeliveryTotals } from '../../lib/statistics/delivery-totals.ts';

interface Result {
  readonly service_id: string;
  readonly since: CalendarDate;
  /** By type. */
  readonly statistics: Readonly<Record<string, DeliveryTotals>>;
}

export default class StatsShow extends BaseCommand<Result> {
  static override summary = 'Show what became of the messages of a service, by type.';
  static override description =
    'Today and whole days in London before it. Requested are all but the cancelled ones; test keys do not count. Exit status: 5 no such service.';
  static override examples = [
    '<%= config.bin %> stats show --service 018f2f6e-7c1a-7000-8000-000000000000',
    '<%= config.bin %> stats show --service 018f2f6e-7c1a-7000-8000-000000000000 --days 0 --json',
  ];
  static override flags = {
    service: uuidFlag({ char: 's', summary: 'The service.', required: true }),
    days: Flags.integer({ summary: 'Whole days before today.', min: 0, max: 3650, default: 7 }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(StatsShow);
    return this.withApp(flags, async (app) => {
      const { showServiceStatistics } = await import('../../lib/statistics/show-service-statistics.ts');
      const window = { serviceId: flags.service, limitDays: flags.days };
      const statistics = await showServiceStatistics(app, window);
      const since = addDays(londonDate(app.clock.now()), -flags.days);
      return { result: { service_id: flags.service, since, statistics } };
    });
  }

  protected render({ since, statistics }: Result): string {
    const rows = Object.entries(statistics).map(([type, totals]) => ({ type, ...totals }));
    return `${table(rows)}\nSince ${since}.`;
  }
}
