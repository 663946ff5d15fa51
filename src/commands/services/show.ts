import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg } from '../../lib/cli/flags.ts';
import { facts } from '../../lib/cli/table.ts';
import { toServiceView, type ServiceView } from '../../lib/services/service-view.ts';

interface Result extends ServiceView {
  readonly sms_senders: readonly { id: string; sms_sender: string; is_default: boolean }[];
  readonly email_reply_to: readonly { id: string; email_address: string; is_default: boolean }[];
  readonly guest_list: readonly string[];
  readonly team: readonly { id: string; name: string; email_address: string }[];
}

export default class ServicesShow extends BaseCommand<Result> {
  static override summary = 'Show a service with its settings, senders, team and guest list.';
  static override examples = ['<%= config.bin %> services show 018f2f6e-7c1a-7000-8000-000000000000'];
  static override args = { id: uuidArg({ description: 'id of the service', required: true }) };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(ServicesShow);
    return this.withApp(flags, async (app) => {
      const { showService } = await import('../../lib/services/show-service.ts');
      const service = await showService(app, args.id);
      return {
        result: {
          ...toServiceView(service),
          sms_senders: service.smsSenders.map(({ id, smsSender, isDefault }) => ({
            id,
            sms_sender: smsSender,
            is_default: isDefault,
          })),
          email_reply_to: service.emailReplyTos.map(({ id, emailAddress, isDefault }) => ({
            id,
            email_address: emailAddress,
            is_default: isDefault,
          })),
          guest_list: service.guestList,
          team: service.team.map(({ id, name, emailAddress }) => ({ id, name, email_address: emailAddress })),
        },
      };
    });
  }

  protected render(service: Result): string {
    return facts({
      id: service.id,
      name: service.name,
      mode: !service.active ? 'archived' : service.restricted ? 'trial' : 'live',
      permissions: service.permissions.join(', '),
      'from address': `${service.email_sender_local_part}@…`,
      'text senders':
        service.sms_senders
          .map(({ sms_sender, id, is_default }) => `${sms_sender} (${id}${is_default ? ', default' : ''})`)
          .join(', ') || null,
      'reply-to':
        service.email_reply_to
          .map(({ email_address, id, is_default }) => `${email_address} (${id}${is_default ? ', default' : ''})`)
          .join(', ') || null,
      'guest list': service.guest_list.join(', ') || null,
      team: service.team.map(({ name, email_address }) => `${name} <${email_address}>`).join(', ') || null,
      'contact link': service.contact_link,
      version: service.version,
      'created at': service.created_at,
    });
  }
}
