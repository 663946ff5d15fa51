import { BaseCommand, type Outcome } from '../../../lib/cli/base-command.ts';
import { requireSomeFlag, uuidArg } from '../../../lib/cli/flags.ts';
import { permissionFlag, userFlag } from '../../../lib/cli/member-flags.ts';
import { given } from '../../../lib/core/given.ts';
import { toMemberView, type MemberView } from '../../../lib/services/member-view.ts';

interface Result extends MemberView {
  readonly service_id: string;
  readonly changed: boolean;
}

export default class ServicesMembersPermissions extends BaseCommand<Result> {
  static override summary = 'Change what a member of a service may do.';
  static override description = `What is so already changes nothing and exits 0. Several permissions with commas, or the flag again.
Exit status: 4 nobody who manages the settings would be left, 5 the user is not on the team.`;
  static override examples = [
    '<%= config.bin %> services members permissions 018f2f6e-7c1a-7000-8000-000000000000 --user ann@example.gov.uk --add approve_broadcasts,cancel_broadcasts',
    '<%= config.bin %> services members permissions 018f2f6e-7c1a-7000-8000-000000000000 --user ann@example.gov.uk --set view_activity',
  ];
  static override args = { id: uuidArg({ description: 'id of the service', required: true }) };
  static override flags = {
    user: userFlag({ required: true }),
    set: permissionFlag({ summary: 'All that the member may do.', exclusive: ['add', 'remove'] }),
    add: permissionFlag({ summary: 'What the member may do from now on.' }),
    remove: permissionFlag({ summary: 'What the member may not do any more.' }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(ServicesMembersPermissions);
    requireSomeFlag(flags, ['set', 'add', 'remove']);
    return this.withApp(flags, async (app) => {
      const [{ findUserByIdOrEmail }, { setMemberPermissions }] = await Promise.all([
        import('../../../lib/users/find-user.ts'),
        import('../../../lib/services/set-member-permissions.ts'),
      ]);
      const { id: userId } = await findUserByIdOrEmail(app, flags.user);
      const { member, isChanged } = await setMemberPermissions(app, {
        serviceId: args.id,
        userId,
        ...given({ permissions: flags.set, add: flags.add, remove: flags.remove }),
      });
      return { result: { ...toMemberView(member), service_id: args.id, changed: isChanged } };
    });
  }

  protected render({ name, permissions, changed }: Result): string {
    if (!changed) return `'${name}' could do just that already.`;
    return `'${name}' may: ${permissions.join(', ') || 'nothing'}.`;
  }
}
