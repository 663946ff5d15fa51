import { Flags } from '@oclif/core';
import type { App } from '../../lib/app.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg } from '../../lib/cli/flags.ts';
import { AppError } from '../../lib/core/errors.ts';
import { toSenderView, type SenderView } from '../../lib/services/sender-view.ts';

interface Result extends SenderView {
  readonly service_id: string;
}

export default class InboundNumbersAllocate extends BaseCommand<Result> {
  static override summary = 'Give a service a free number, which its texts then come from.';
  static override description = `The number takes the place of the only sender of the service, or becomes a new default. To receive texts, the service needs the permission inbound_sms.
Exit status: 4 no number is free, or the service has one; 5 no such service or free number.`;
  static override examples = [
    '<%= config.bin %> inbound-numbers allocate 018f2f6e-7c1a-7000-8000-000000000000',
    '<%= config.bin %> inbound-numbers allocate 018f2f6e-7c1a-7000-8000-000000000000 --number 07700900123',
  ];
  static override args = { id: uuidArg({ description: 'id of the service', required: true }) };
  static override flags = {
    number: Flags.string({ summary: 'The number, instead of any that is free.', helpValue: 'NUMBER' }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(InboundNumbersAllocate);
    return this.withApp(flags, async (app) => {
      const { allocateInboundNumber } = await import('../../lib/inbound/allocate-inbound-number.ts');
      const inboundNumberId = flags.number === undefined ? null : await findFree(app, flags.number);
      const sender = await allocateInboundNumber(app, { serviceId: args.id, inboundNumberId });
      return { result: { ...toSenderView(sender), service_id: args.id } };
    });
  }

  protected render({ value, service_id: serviceId }: Result): string {
    return `${value} is the number of the service ${serviceId}.`;
  }
}

async function findFree(app: App, number: string): Promise<string> {
  const { listAvailableInboundNumbers } = await import('../../lib/inbound/list-inbound-numbers.ts');
  const free = (await listAvailableInboundNumbers(app)).find((each) => each.number === number);
  if (free === undefined) throw new AppError('NOT_FOUND', `No free inbound number is '${number}'`);
  return free.id;
}
