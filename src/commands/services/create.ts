import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidFlag } from '../../lib/cli/flags.ts';
import { toServiceView, type ServiceView } from '../../lib/services/service-view.ts';
import { servicePermissions } from '../../lib/services/service.ts';
import { facts } from '../../lib/cli/table.ts';

export default class ServicesCreate extends BaseCommand<ServiceView> {
  static override summary = 'Create a service.';
  static override description = `A new service is in trial mode: only its team and its guest list can receive messages. --live opens it.`;
  static override examples = [
    '<%= config.bin %> services create --name "Parking permits" --live',
    '<%= config.bin %> services create --name "Parking permits" --reply-to permits@example.gov.uk --sms-sender PERMITS --guest 07700900100',
  ];
  static override flags = {
    name: Flags.string({ summary: 'Name; also makes the From address of its emails.', required: true }),
    id: uuidFlag({ summary: 'Id to use instead of a new one.' }),
    live: Flags.boolean({ summary: 'Not in trial mode: anybody can receive messages.' }),
    permission: Flags.string({
      summary: 'What the service may do, repeatable; replaces the usual ones.',
      multiple: true,
      multipleNonGreedy: true,
      options: servicePermissions,
    }),
    'sms-sender': Flags.string({ summary: 'Default sender of text messages.', default: 'GOVUK' }),
    'reply-to': Flags.string({ summary: 'Default reply-to address of emails.', helpValue: 'EMAIL' }),
    'contact-link': Flags.string({ summary: 'Contact page; needed to send files by email.', helpValue: 'URL' }),
    'prefix-sms': Flags.boolean({ summary: 'Start text messages with the name of the service.' }),
    guest: Flags.string({
      summary: 'Phone number or email address for the guest list, repeatable.',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'RECIPIENT',
    }),
  };

  protected async execute(): Promise<Outcome<ServiceView>> {
    const { flags } = await this.parse(ServicesCreate);
    return this.withApp(flags, async (app) => {
      const { createService } = await import('../../lib/services/create-service.ts');
      const service = await createService(app, {
        name: flags.name,
        live: flags.live,
        smsSender: flags['sms-sender'],
        emailReplyTo: flags['reply-to'] ?? null,
        contactLink: flags['contact-link'] ?? null,
        prefixSms: flags['prefix-sms'],
        guestList: flags.guest ?? [],
        ...(flags.id !== undefined && { id: flags.id }),
        ...(flags.permission !== undefined && { permissions: flags.permission as never }),
      });
      return { result: toServiceView(service) };
    });
  }

  protected render({ id, name, restricted }: ServiceView): string {
    return facts({
      id,
      name,
      mode: restricted ? 'trial' : 'live',
      next: `notify api-keys create --service ${id} --name "my key" --type ${restricted ? 'team' : 'normal'}`,
    });
  }
}
