import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg } from '../../lib/cli/flags.ts';
import { namingFlags } from '../../lib/cli/naming-flags.ts';
import { yearFlag } from '../../lib/cli/time-flags.ts';
import { counted } from '../../lib/core/counted.ts';

interface Result {
  readonly service_id: string;
  readonly year: number;
  readonly free_sms_fragment_limit: number;
  readonly has_custom_allowance: boolean;
  readonly high_volume_service_last_year: boolean;
}

export default class BillingAllowance extends BaseCommand<Result> {
  static override summary = 'Show or set how many texts a service sends free of charge in a financial year.';
  static override description = `Counted in units: fragments, times what their country costs more than the UK. The default depends on the type of organisation and the year; a service that used 300,000 units or more the year before has nothing free. What is set to something else than the default is kept in the years after.
Exit status: 0 done, also when it was so already; 2 a year that there are no rates of, 5 no such service.`;
  static override examples = [
    '<%= config.bin %> billing allowance 018f2f6e-7c1a-7000-8000-000000000000',
    '<%= config.bin %> billing allowance 018f2f6e-7c1a-7000-8000-000000000000 --set 60000',
    '<%= config.bin %> billing allowance 018f2f6e-7c1a-7000-8000-000000000000 --year 2025 --default',
  ];
  static override args = { service: uuidArg({ description: 'id of the service', required: true }) };
  static override flags = {
    year: yearFlag(),
    set: Flags.integer({ summary: 'Units that are free.', helpValue: 'UNITS', min: 0, exclusive: ['default'] }),
    default: Flags.boolean({ summary: 'What its type of organisation gets.' }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(BillingAllowance);
    return this.withApp(flags, async (app) => {
      const { showAllowance } = await import('../../lib/billing/show-allowance.ts');
      const { setAllowance } = await import('../../lib/billing/set-allowance.ts');
      const { billingYear } = await import('../../lib/billing/allowance.ts');
      const place = { serviceId: args.service, year: flags.year ?? billingYear(app.clock.now()) };
      const limit = flags.default ? null : flags.set;
      const allowance = await namingFlags({ year: '--year', limit: '--set' }, () =>
        limit === undefined ? showAllowance(app, place) : setAllowance(app, { ...place, limit }),
      );
      return {
        result: {
          service_id: args.service,
          year: allowance.year,
          free_sms_fragment_limit: allowance.limit,
          has_custom_allowance: allowance.isCustom,
          high_volume_service_last_year: allowance.isHighVolume,
        },
      };
    });
  }

  protected render(result: Result): string {
    const why = result.has_custom_allowance
      ? 'set for this service'
      : result.high_volume_service_last_year
        ? 'after a year of high volume'
        : 'by default';
    return `Free in ${result.year}: ${counted(result.free_sms_fragment_limit, 'unit')} of texts, ${why}.`;
  }
}
