import { Flags } from '@oclif/core';
import { costText, rateText } from '../../lib/billing/rate-view.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg } from '../../lib/cli/flags.ts';
import { formatFlag, formatRows } from '../../lib/cli/formats.ts';
import { namingFlags } from '../../lib/cli/naming-flags.ts';
import { yearFlag } from '../../lib/cli/time-flags.ts';
import { counted } from '../../lib/core/counted.ts';

interface Line {
  /** `YYYY-MM`; without `--by month` there is none, and no postage. */
  readonly month?: string;
  readonly postage?: string;
  readonly notification_type: string;
  readonly notifications_sent: number;
  readonly chargeable_units: number;
  readonly free_allowance_used: number;
  readonly charged_units: number;
  /** Pounds. */
  readonly rate: number;
  readonly cost: number;
}

interface Result {
  readonly service_id: string;
  readonly year: number;
  readonly free_sms_fragment_limit: number;
  readonly usage: readonly Line[];
}

const columns = [
  'notification_type',
  'postage',
  'notifications_sent',
  'chargeable_units',
  'free_allowance_used',
  'charged_units',
  'rate',
  'cost',
];

export default class BillingUsage extends BaseCommand<Result> {
  static override summary = 'Show what a service sent in a financial year, and what it costs.';
  static override description = `A financial year is from 1 April to 31 March in London. Texts are counted in fragments, times what their country costs more than the UK; the first of them are free, as many as the allowance of the year says. Letters are counted as they are: their sheets are in the rate. Emails cost nothing.
Of the present year, what was sent today is counted first; past days are as the last runs counted them.
Exit status: 0 done, 2 a year that there are no rates of, 5 no such service.`;
  static override examples = [
    '<%= config.bin %> billing usage 018f2f6e-7c1a-7000-8000-000000000000',
    '<%= config.bin %> billing usage 018f2f6e-7c1a-7000-8000-000000000000 --year 2025 --by month --format csv > usage.csv',
  ];
  static override args = { service: uuidArg({ description: 'id of the service', required: true }) };
  static override flags = {
    year: yearFlag(),
    by: Flags.option({ summary: 'What is added up.', options: ['year', 'month'] as const, default: 'year' as const })(),
    format: formatFlag(),
  };

  private shown: Parameters<typeof formatRows>[1] = { format: 'table', columns };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(BillingUsage);
    const { by, format } = flags;
    this.shown = {
      format,
      columns: by === 'month' ? ['month', ...columns] : columns.filter((name) => name !== 'postage'),
      inTable: { rate: rateText, cost: costText },
    };
    return this.withApp(flags, async (app) => {
      const { showUsage } = await import('../../lib/billing/show-usage.ts');
      const { billingYear } = await import('../../lib/billing/allowance.ts');
      const { toUsageView } = await import('../../lib/billing/usage-view.ts');
      const year = flags.year ?? billingYear(app.clock.now());
      const { allowance, lines, problem } = await namingFlags({ year: '--year' }, () =>
        showUsage(app, { serviceId: args.service, year, by }),
      );
      if (problem !== null) this.addWarning(`What was sent today is not counted. ${problem.message}`);
      const usage = lines.map((line) => ({
        ...(by === 'month' && { month: line.period, postage: line.postage }),
        ...toUsageView(line),
      }));
      return { result: { service_id: args.service, year, free_sms_fragment_limit: allowance.limit, usage } };
    });
  }

  protected render({ usage, free_sms_fragment_limit, year }: Result): string | undefined {
    const rows = formatRows(
      usage.map((line) => ({ ...line })),
      this.shown,
    );
    if (this.shown.format !== 'table') return rows;
    const free = `Free in ${year}: ${counted(free_sms_fragment_limit, 'unit')} of texts.`;
    return usage.length === 0 ? `Nothing was sent. ${free}` : `${rows}\n${free}`;
  }
}
