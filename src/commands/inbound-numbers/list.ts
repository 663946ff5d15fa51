import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { table } from '../../lib/cli/table.ts';

interface Result {
  readonly id: string;
  readonly number: string;
  readonly provider: string;
  readonly service: { readonly id: string; readonly name: string } | null;
  readonly active: boolean;
}

export default class InboundNumbersList extends BaseCommand<readonly Result[]> {
  static override summary = 'List the numbers that texts can be sent to.';
  static override examples = ['<%= config.bin %> inbound-numbers list'];

  protected async execute(): Promise<Outcome<readonly Result[]>> {
    const { flags } = await this.parse(InboundNumbersList);
    return this.withApp(flags, async (app) => {
      const { listInboundNumbers } = await import('../../lib/inbound/list-inbound-numbers.ts');
      const numbers = await listInboundNumbers(app);
      return {
        result: numbers.map(({ id, number, provider, serviceId, serviceName, active }) => ({
          id,
          number,
          provider,
          service: serviceId === null ? null : { id: serviceId, name: serviceName! },
          active,
        })),
      };
    });
  }

  protected render(numbers: readonly Result[]): string {
    if (numbers.length === 0) return 'There are no numbers.';
    return table(
      numbers.map(({ number, provider, service, active }) => ({
        number,
        provider,
        service: service === null ? null : `${service.name} (${service.id})`,
        active,
      })),
    );
  }
}
