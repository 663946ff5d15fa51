import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg } from '../../lib/cli/flags.ts';
import { readLines } from '../../lib/cli/read-content.ts';

interface Result {
  readonly service_id: string;
  readonly email_addresses: readonly string[];
  readonly phone_numbers: readonly string[];
  readonly changed: boolean;
}

const recipients = { multiple: true, multipleNonGreedy: true, helpValue: 'RECIPIENT' } as const;

export default class ServicesGuestList extends BaseCommand<Result> {
  static override summary = 'Show or change who may receive messages of a team key or a service in trial mode.';
  static override description =
    'Without flags the list is shown. A change is made completely or not at all; what is so already changes nothing and exits 0.';
  static override examples = [
    '<%= config.bin %> services guest-list 018f2f6e-7c1a-7000-8000-000000000000',
    '<%= config.bin %> services guest-list 018f2f6e-7c1a-7000-8000-000000000000 --add 07700900100 --add ann@example.gov.uk --remove 07700900123',
    '<%= config.bin %> services guest-list 018f2f6e-7c1a-7000-8000-000000000000 --set guests.txt',
  ];
  static override args = { id: uuidArg({ description: 'id of the service', required: true }) };
  static override flags = {
    set: Flags.string({
      summary: 'File, or - for standard input, with the whole list: a phone number or email address a line.',
      helpValue: 'FILE',
      exclusive: ['add', 'remove'],
    }),
    add: Flags.string({ ...recipients, summary: 'Phone number or email address to add, repeatable.' }),
    remove: Flags.string({
      ...recipients,
      summary: 'Phone number or email address to take off, repeatable; in any spelling.',
    }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(ServicesGuestList);
    const serviceId = args.id;
    const replacement = flags.set === undefined ? undefined : await readLines(flags.set, '--set');
    const isChange = replacement !== undefined || flags.add !== undefined || flags.remove !== undefined;
    return this.withApp(flags, async (app) => {
      const { guestList, isChanged } = isChange
        ? await (
            await import('../../lib/services/change-guest-list.ts')
          ).changeGuestList(app, {
            serviceId,
            ...(replacement !== undefined && { replacement }),
            add: flags.add ?? [],
            remove: flags.remove ?? [],
          })
        : {
            guestList: await (await import('../../lib/services/show-guest-list.ts')).showGuestList(app, { serviceId }),
            isChanged: false,
          };
      const ofType = (type: 'email' | 'mobile'): string[] =>
        guestList.filter(({ recipientType }) => recipientType === type).map(({ recipient }) => recipient);
      return {
        result: {
          service_id: serviceId,
          email_addresses: ofType('email'),
          phone_numbers: ofType('mobile'),
          changed: isChanged,
        },
      };
    });
  }

  protected render({ email_addresses, phone_numbers }: Result): string {
    const guests = [...phone_numbers, ...email_addresses];
    return guests.length === 0 ? 'The guest list is empty.' : guests.join('\n');
  }
}
