import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { yesFlag } from '../../lib/cli/flags.ts';
import { organisationArg } from '../../lib/cli/organisation-flags.ts';
import { toOrganisationView, type OrganisationView } from '../../lib/organisations/organisation-view.ts';

interface Result extends OrganisationView {
  readonly already: boolean;
}

export default class OrganisationsArchive extends BaseCommand<Result> {
  static override summary = 'Archive an organisation for good.';
  static override description =
    'Its name and domains are free again, and nobody belongs to it. Exit status: 0 done, or archived already; 4 a service of it is active, or not confirmed; 5 there is none.';
  static override examples = ['<%= config.bin %> organisations archive 018f2f6e-7c1a-7000-8000-000000000000 --yes'];
  static override args = { id: organisationArg };
  static override flags = { yes: yesFlag };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(OrganisationsArchive);
    return this.withApp(flags, async (app) => {
      const { archiveOrganisation } = await import('../../lib/organisations/archive-organisation.ts');
      const { showOrganisation } = await import('../../lib/organisations/show-organisation.ts');
      const { name, active } = await showOrganisation(app, args.id);
      if (active) await this.confirm(`Archive '${name}' for good?`, flags);
      const { organisation, alreadyArchived } = await archiveOrganisation(app, { organisationId: args.id });
      return { result: { ...toOrganisationView(organisation), already: alreadyArchived } };
    });
  }

  protected render({ name, already }: Result): string {
    return already ? `'${name}' was archived already.` : `It is archived as '${name}'.`;
  }
}
