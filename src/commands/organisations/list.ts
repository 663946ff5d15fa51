import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { table } from '../../lib/cli/table.ts';
import { toOrganisationView, type OrganisationView } from '../../lib/organisations/organisation-view.ts';

export default class OrganisationsList extends BaseCommand<readonly OrganisationView[]> {
  static override summary = 'List organisations by name.';
  static override examples = [
    '<%= config.bin %> organisations list',
    '<%= config.bin %> organisations list --archived --json',
  ];
  static override flags = { archived: Flags.boolean({ summary: 'Archived ones too.', default: false }) };

  protected async execute(): Promise<Outcome<readonly OrganisationView[]>> {
    const { flags } = await this.parse(OrganisationsList);
    return this.withApp(flags, async (app) => {
      const { showOrganisations } = await import('../../lib/organisations/show-organisation.ts');
      return { result: (await showOrganisations(app, { onlyActive: !flags.archived })).map(toOrganisationView) };
    });
  }

  protected render(organisations: readonly OrganisationView[]): string {
    if (organisations.length === 0)
      return 'There are no organisations. Create one with: notify organisations create --name "My organisation"';
    return table(
      organisations.map(({ id, name, active, organisation_type, domains, count_of_live_services }) => ({
        id,
        name,
        type: organisation_type,
        domains: domains.join(', '),
        'live services': count_of_live_services,
        ...(organisations.some((each) => !each.active) && { archived: !active }),
      })),
    );
  }
}
