import { BaseCommand, type Outcome } from '../../../lib/cli/base-command.ts';
import { uuidArg } from '../../../lib/cli/flags.ts';
import { table } from '../../../lib/cli/table.ts';
import { toMemberView, type MemberView } from '../../../lib/services/member-view.ts';

export default class ServicesMembersList extends BaseCommand<readonly MemberView[]> {
  static override summary = 'List the team of a service, with what its members may do.';
  static override examples = ['<%= config.bin %> services members list 018f2f6e-7c1a-7000-8000-000000000000'];
  static override args = { id: uuidArg({ description: 'id of the service', required: true }) };

  protected async execute(): Promise<Outcome<readonly MemberView[]>> {
    const { args, flags } = await this.parse(ServicesMembersList);
    return this.withApp(flags, async (app) => {
      const { showMembers } = await import('../../../lib/services/show-members.ts');
      return { result: (await showMembers(app, { serviceId: args.id })).map(toMemberView) };
    });
  }

  protected render(members: readonly MemberView[]): string {
    if (members.length === 0) return 'Nobody is on the team. Add somebody with: notify services members add';
    return table(
      members.map(({ id, name, email_address, state, permissions }) => ({
        id,
        name,
        email_address,
        state,
        permissions: permissions.join(','),
      })),
    );
  }
}
