import { Flags } from '@oclif/core';
import { toApiKeyVersionView, type ApiKeyVersionView } from '../../lib/api-keys/api-key-view.ts';
import type { App } from '../../lib/app.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg } from '../../lib/cli/flags.ts';
import { facts, table } from '../../lib/cli/table.ts';
import { toServiceVersionView, type ServiceVersionView } from '../../lib/services/service-history-view.ts';
import { toServiceView, type ServiceView } from '../../lib/services/service-view.ts';

interface Result extends ServiceView {
  readonly organisation: { readonly id: string; readonly name: string } | null;
  readonly organisation_type: string | null;
  readonly sms_senders: readonly { id: string; sms_sender: string; is_default: boolean }[];
  readonly email_reply_to: readonly { id: string; email_address: string; is_default: boolean }[];
  readonly guest_list: readonly string[];
  /** The picture at the top of its letters. */
  readonly letter_logo: { readonly id: string; readonly original_filename: string } | null;
  readonly team: readonly { id: string; name: string; email_address: string }[];
}

interface History {
  readonly service_history: readonly ServiceVersionView[];
  readonly api_key_history: readonly ApiKeyVersionView[];
}

export default class ServicesShow extends BaseCommand<Result | History> {
  static override summary = 'Show a service with its settings, senders, team and guest list, or its history.';
  static override examples = [
    '<%= config.bin %> services show 018f2f6e-7c1a-7000-8000-000000000000',
    '<%= config.bin %> services show 018f2f6e-7c1a-7000-8000-000000000000 --history',
  ];
  static override args = { id: uuidArg({ description: 'id of the service', required: true }) };
  static override flags = {
    history: Flags.boolean({ summary: 'List all versions of the service and its keys, the newest first.' }),
  };

  protected async execute(): Promise<Outcome<Result | History>> {
    const { args, flags } = await this.parse(ServicesShow);
    return this.withApp(flags, async (app) => {
      if (flags.history) return { result: await showHistory(app, args.id) };
      const { showService } = await import('../../lib/services/show-service.ts');
      const { showLetterLogo } = await import('../../lib/letters/change-letter-logo.ts');
      const { showOrganisationOfService } = await import('../../lib/organisations/show-organisation.ts');
      const service = await showService(app, args.id);
      const organisation = await showOrganisationOfService(app, service.id);
      const logo = await showLetterLogo(app, service.id);
      return {
        result: {
          ...toServiceView(service),
          organisation: organisation && { id: organisation.id, name: organisation.name },
          organisation_type: service.organisationType,
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
          letter_logo: logo && { id: logo.id, original_filename: logo.originalFilename },
          team: service.team.map(({ id, name, emailAddress }) => ({ id, name, email_address: emailAddress })),
        },
      };
    });
  }

  protected render(result: Result | History): string {
    return 'service_history' in result ? renderHistory(result) : renderService(result);
  }
}

async function showHistory(app: App, serviceId: string): Promise<History> {
  const [{ showServiceHistory }, { showApiKeyHistory }] = await Promise.all([
    import('../../lib/services/show-service-history.ts'),
    import('../../lib/api-keys/show-api-key-history.ts'),
  ]);
  return {
    service_history: (await showServiceHistory(app, { serviceId })).map(toServiceVersionView),
    api_key_history: (await showApiKeyHistory(app, { serviceId })).map(toApiKeyVersionView),
  };
}

function renderHistory({ service_history, api_key_history }: History): string {
  const services = service_history.map(({ version, updated_at, created_at, name, active, restricted }) => ({
    version,
    at: updated_at ?? created_at,
    name,
    mode: !active ? 'archived' : restricted ? 'trial' : 'live',
  }));
  const keys = api_key_history.map(({ id, version, updated_at, created_at, name, type, revoked_at }) => ({
    key: id,
    version,
    at: updated_at ?? created_at,
    name,
    type,
    revoked_at,
  }));
  return keys.length === 0 ? table(services) : `${table(services)}\n\n${table(keys)}`;
}

function renderService(service: Result): string {
  return facts({
    id: service.id,
    name: service.name,
    mode: !service.active ? 'archived' : service.restricted ? 'trial' : 'live',
    organisation: service.organisation && `${service.organisation.name} (${service.organisation.id})`,
    'organisation type': service.organisation_type,
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
    'letter logo': service.letter_logo?.original_filename,
    team: service.team.map(({ name, email_address }) => `${name} <${email_address}>`).join(', ') || null,
    'contact link': service.contact_link,
    version: service.version,
    'created at': service.created_at,
  });
}
