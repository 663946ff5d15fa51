import { BaseCommand, type Outcome } from '../../../lib/cli/base-command.ts';
import { uuidArg } from '../../../lib/cli/flags.ts';
import { permissionFlag, userFlag } from '../../../lib/cli/member-flags.ts';
import { toMemberView, type MemberView } from '../../../lib/services/member-view.ts';
import { memberPermissions } from '../../../lib/users/user.ts';

interface Result extends MemberView {
  readonly service_id: string;
  /** False when the user was on the team before. */
  readonly added: boolean;
}

export default class ServicesMembersAdd extends BaseCommand<Result> {
  static override summary = 'Put a user on the team of a service.';
  static override description =
    'Who is on it already keeps the permissions there were. Many at once: notify users invite.';
  static override examples = [
    '<%= config.bin %> services members add 018f2f6e-7c1a-7000-8000-000000000000 --user ann@example.gov.uk',
    '<%= config.bin %> services members add 018f2f6e-7c1a-7000-8000-000000000000 --user ann@example.gov.uk --permissions create_broadcasts,approve_broadcasts',
  ];
  static override args = { id: uuidArg({ description: 'id of the service', required: true }) };
  static override flags = {
    user: userFlag({ required: true }),
    permissions: permissionFlag({
      char: 'p',
      summary: 'What the user may do, with commas or repeatable; without it, everything but broadcasting.',
    }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(ServicesMembersAdd);
    return this.withApp(flags, async (app) => {
      const [{ findUserByIdOrEmail }, { addMember }] = await Promise.all([
        import('../../../lib/users/find-user.ts'),
        import('../../../lib/services/add-member.ts'),
      ]);
      const { id: userId } = await findUserByIdOrEmail(app, flags.user);
      const permissions = flags.permissions ?? memberPermissions;
      const { member, isNew } = await addMember(app, { serviceId: args.id, userId, permissions });
      return { result: { ...toMemberView(member), service_id: args.id, added: isNew } };
    });
  }

  protected render({ name, added, permissions }: Result): string {
    if (!added) return `'${name}' was on the team already.`;
    return `'${name}' is on the team and may: ${permissions.join(', ') || 'nothing'}.`;
  }
}
