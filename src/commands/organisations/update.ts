import { Flags } from '@oclif/core';
import type { App } from '../../lib/app.ts';
import { BaseCommand, type Outcome, type ParsedFlags } from '../../lib/cli/base-command.ts';
import { requireSomeFlag } from '../../lib/cli/flags.ts';
import { userFlag } from '../../lib/cli/member-flags.ts';
import {
  domainFlag,
  domainsAfter,
  organisationArg,
  organisationFlags,
  readCrown,
} from '../../lib/cli/organisation-flags.ts';
import { given } from '../../lib/core/given.ts';
import {
  changedFieldName,
  toOrganisationView,
  type OrganisationView,
} from '../../lib/organisations/organisation-view.ts';

interface Result extends OrganisationView {
  /** The fields that were not so already. */
  readonly changed: readonly string[];
}

export default class OrganisationsUpdate extends BaseCommand<Result> {
  static override summary = 'Change an organisation.';
  static override description = `Its services follow its type and whether it belongs to the Crown, each as a new version, and get the allowance of the type. What is so already changes nothing and exits 0.
Exit status: 4 the name or a domain is another organisation's, or it is archived; 5 there is no such organisation or user.`;
  static override examples = [
    '<%= config.bin %> organisations update 018f2f6e-7c1a-7000-8000-000000000000 --type local --crown no',
    '<%= config.bin %> organisations update 018f2f6e-7c1a-7000-8000-000000000000 --add-domain example.gov.uk --add-user ann@example.gov.uk',
  ];
  static override args = { id: organisationArg };
  static override flags = {
    name: Flags.string({ summary: 'Name.' }),
    ...organisationFlags,
    'add-domain': Flags.string(domainFlag),
    'remove-domain': Flags.string({ ...domainFlag, summary: 'What they do not end with any more, repeatable.' }),
    'add-user': userFlag({ summary: 'Id or email address of somebody who belongs to it.' }),
    'remove-user': userFlag({ summary: 'Id or email address of somebody who does not any more.' }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(OrganisationsUpdate);
    requireSomeFlag(flags, Object.keys(OrganisationsUpdate.flags));
    return this.withApp(flags, async (app) => {
      const { showOrganisation } = await import('../../lib/organisations/show-organisation.ts');
      const { updateOrganisation } = await import('../../lib/organisations/update-organisation.ts');
      const { id: organisationId, domains } = await showOrganisation(app, args.id);
      const { organisation, changed } = await updateOrganisation(app, {
        organisationId,
        domains: domainsAfter(domains, { added: flags['add-domain'], removed: flags['remove-domain'] }),
        ...given({
          name: flags.name,
          organisationType: flags.type,
          crown: readCrown(flags.crown),
          details: flags.notes === undefined ? undefined : { notes: flags.notes === '' ? null : flags.notes },
        }),
      });
      const isOtherTeam = await changeUsers(app, organisationId, flags);
      const names = [...changed.map(changedFieldName), ...(isOtherTeam ? ['users'] : [])];
      return { result: { ...toOrganisationView(organisation), changed: names } };
    });
  }

  protected render({ name, changed }: Result): string {
    return changed.length === 0 ? `'${name}' was so already.` : `Changed ${changed.join(', ')} of '${name}'.`;
  }
}

async function changeUsers(
  app: App,
  organisationId: string,
  { 'add-user': added, 'remove-user': removed }: ParsedFlags<typeof OrganisationsUpdate>,
): Promise<boolean> {
  if (added === undefined && removed === undefined) return false;
  const { findUserByIdOrEmail } = await import('../../lib/users/find-user.ts');
  const users = await import('../../lib/organisations/organisation-users.ts');
  const placeOf = async (user: string): Promise<{ organisationId: string; userId: string }> => ({
    organisationId,
    userId: (await findUserByIdOrEmail(app, user)).id,
  });
  const isNew = added !== undefined && (await users.addOrganisationUser(app, await placeOf(added)));
  if (removed !== undefined) await users.removeOrganisationUser(app, await placeOf(removed));
  return isNew || removed !== undefined;
}
