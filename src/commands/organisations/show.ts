import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { organisationArg } from '../../lib/cli/organisation-flags.ts';
import { facts, table } from '../../lib/cli/table.ts';
import { toOrganisationView, type OrganisationView } from '../../lib/organisations/organisation-view.ts';

interface Result extends OrganisationView {
  readonly services: readonly { id: string; name: string; active: boolean; restricted: boolean }[];
  readonly users: readonly { id: string; name: string; email_address: string }[];
}

export default class OrganisationsShow extends BaseCommand<Result> {
  static override summary = 'Show an organisation with its services and users.';
  static override examples = ['<%= config.bin %> organisations show 018f2f6e-7c1a-7000-8000-000000000000'];
  static override args = { id: organisationArg };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(OrganisationsShow);
    return this.withApp(flags, async (app) => {
      const { showOrganisation, showServicesOfOrganisation } =
        await import('../../lib/organisations/show-organisation.ts');
      const { listUsers } = await import('../../lib/users/list-users.ts');
      const organisation = toOrganisationView(await showOrganisation(app, args.id));
      const services = await showServicesOfOrganisation(app, args.id);
      const users = (await listUsers(app, { organisationId: args.id })).map(({ id, name, emailAddress }) => ({
        id,
        name,
        email_address: emailAddress,
      }));
      return { result: { ...organisation, services, users } };
    });
  }

  protected render({ services, ...organisation }: Result): string {
    const of = facts({
      id: organisation.id,
      name: organisation.name,
      archived: organisation.active ? null : true,
      type: organisation.organisation_type,
      crown: organisation.crown,
      domains: organisation.domains.join(', ') || null,
      users: organisation.users.map(({ name, email_address }) => `${name} <${email_address}>`).join(', ') || null,
      notes: organisation.notes,
      'created at': organisation.created_at,
    });
    if (services.length === 0) return `${of}\nIt has no services.`;
    const rows = services.map(({ id, name, active, restricted }) => ({
      service: id,
      name,
      mode: !active ? 'archived' : restricted ? 'trial' : 'live',
    }));
    return `${of}\n\n${table(rows)}`;
  }
}
