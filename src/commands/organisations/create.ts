import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidFlag } from '../../lib/cli/flags.ts';
import { domainFlag, organisationFlags, readCrown } from '../../lib/cli/organisation-flags.ts';
import { facts } from '../../lib/cli/table.ts';
import { given } from '../../lib/core/given.ts';
import { toOrganisationView, type OrganisationView } from '../../lib/organisations/organisation-view.ts';
import { crownOf } from '../../lib/organisations/organisation.ts';

export default class OrganisationsCreate extends BaseCommand<OrganisationView> {
  static override summary = 'Create an organisation that services can belong to.';
  static override description = `Services that somebody with an address in one of its domains creates in the front end belong to it. Without --crown, its type says whether it belongs to the Crown.
Exit status: 4 the name or a domain is another organisation's.`;
  static override examples = [
    '<%= config.bin %> organisations create --name "Example Council" --type local --domain example.gov.uk',
  ];
  static override flags = {
    name: Flags.string({ summary: 'Name; no two organisations have the same.', required: true }),
    ...organisationFlags,
    domain: Flags.string(domainFlag),
    id: uuidFlag({ summary: 'Id to use instead of a new one.' }),
  };

  protected async execute(): Promise<Outcome<OrganisationView>> {
    const { flags } = await this.parse(OrganisationsCreate);
    return this.withApp(flags, async (app) => {
      const { createOrganisation } = await import('../../lib/organisations/create-organisation.ts');
      const { name, type = null } = flags;
      const crown = readCrown(flags.crown);
      const organisation = await createOrganisation(app, {
        name,
        organisationType: type,
        crown: crown === undefined ? crownOf(type) : crown,
        details: { notes: flags.notes === undefined || flags.notes === '' ? null : flags.notes },
        ...given({ id: flags.id, domains: flags.domain }),
      });
      return { result: toOrganisationView(organisation) };
    });
  }

  protected render({ id, name }: OrganisationView): string {
    return facts({ id, name, next: `notify organisations link ${id} --service SERVICE` });
  }
}
