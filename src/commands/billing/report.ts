import { Args } from '@oclif/core';
import type { App } from '../../lib/app.ts';
import { costText, rateText } from '../../lib/billing/rate-view.ts';
import type { ReportRange } from '../../lib/billing/report-range.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { formatFlag, formatRows, type Row } from '../../lib/cli/formats.ts';
import { dayFlag } from '../../lib/cli/time-flags.ts';

const volumes = ['sms_totals', 'sms_fragment_totals', 'sms_chargeable_units'];
const letters = ['letter_totals', 'letter_sheet_totals'];
const service = ['organisation_id', 'organisation_name', 'service_id', 'service_name'];
const bill = ['sms_cost', 'sms_chargeable_units', 'total_letters', 'letter_cost', 'letter_breakdown'];
const contacts = ['purchase_order_number', 'contact_names', 'contact_email_addresses', 'billing_reference'];

/** The columns of each report. */
const reports = {
  billing: [...service, ...bill, ...contacts],
  volumes: ['day', ...volumes, 'email_totals', ...letters],
  'volumes-by-service': [
    ...service,
    'free_allowance',
    'sms_notifications',
    'sms_chargeable_units',
    'email_totals',
    ...letters,
    'letter_cost',
  ],
  'sms-providers': ['day', 'provider', ...volumes, 'sms_cost'],
  letters: ['date', 'postage', 'cost_threshold', 'sheets', 'rate', 'letters', 'cost'],
} as const;

const inTable = { sms_cost: costText, letter_cost: costText, rate: rateText, cost: costText };

type Report = keyof typeof reports;

interface Result extends ReportRange {
  readonly report: Report;
  readonly rows: readonly Row[];
}

export default class BillingReport extends BaseCommand<Result> {
  static override summary = 'Report what all services sent and have to pay.';
  static override description = `Days are those of London, both included, of one financial year; they are as the last runs counted them.
billing: what each service has to pay, beyond its free allowance, by organisation and name; who has to pay nothing is left out.
volumes: all messages by day. volumes-by-service: live services, and others that sent something.
sms-providers: texts by day and provider; their cost is before free allowances. letters: letters by the day of their despatch.
Exit status: 0 done, 2 days that do not fit.`;
  static override examples = [
    '<%= config.bin %> billing report billing --from 2026-04-01 --to 2026-06-30 --format csv > bills.csv',
    '<%= config.bin %> billing report volumes --from 2026-11-01 --to 2026-11-07',
  ];
  static override args = {
    report: Args.string({
      description: 'which one',
      options: Object.keys(reports),
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    from: dayFlag({ summary: 'The first day in London.', required: true }),
    to: dayFlag({ summary: 'The last day; it is included.', required: true }),
    format: formatFlag(),
  };

  private format: Parameters<typeof formatRows>[1]['format'] = 'table';

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(BillingReport);
    const report = args.report as Report;
    this.format = flags.format;
    return this.withApp(flags, async (app) => {
      const range = { start: flags.from, end: flags.to };
      return { result: { report, ...range, rows: await readReport(app, report, range) } };
    });
  }

  protected render({ report, rows }: Result): string {
    if (rows.length === 0 && this.format === 'table') return 'There is nothing to report.';
    return formatRows(rows, { format: this.format, columns: reports[report], inTable });
  }
}

async function readReport(app: App, report: Report, range: ReportRange): Promise<Row[]> {
  const [bills, sent, views] = await Promise.all([
    import('../../lib/billing/show-billing-report.ts'),
    import('../../lib/billing/show-volume-reports.ts'),
    import('../../lib/billing/report-view.ts'),
  ]);
  switch (report) {
    case 'billing':
      return (await bills.showBillingReport(app, range)).map(views.toBillView);
    case 'volumes':
      return (await sent.showDailyVolumes(app, range)).map(views.toDayVolumesView);
    case 'volumes-by-service':
      return (await sent.showServiceVolumes(app, range)).map(views.toServiceVolumesView);
    case 'sms-providers':
      return (await sent.showProviderVolumes(app, range)).map(views.toProviderDayView);
    case 'letters':
      return (await sent.showDespatchedLetters(app, range)).map(views.toDespatchView);
  }
}
