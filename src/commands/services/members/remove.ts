import { BaseCommand, type Outcome } from '../../../lib/cli/base-command.ts';
import { uuidArg } from '../../../lib/cli/flags.ts';
import { userFlag } from '../../../lib/cli/member-flags.ts';
import { toMemberView, type MemberView } from '../../../lib/services/member-view.ts';

interface Result extends MemberView {
  readonly service_id: string;
}

export default class ServicesMembersRemove extends BaseCommand<Result> {
  static override summary = 'Take a user off the team of a service.';
  static override description =
    'Exit status: 4 nobody active, or nobody who manages the settings, would be left; 5 the user is not on the team.';
  static override examples = [
    '<%= config.bin %> services members remove 018f2f6e-7c1a-7000-8000-000000000000 --user ann@example.gov.uk',
  ];
  static override args = { id: uuidArg({ description: 'id of the service', required: true }) };
  static override flags = { user: userFlag({ required: true }) };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(ServicesMembersRemove);
    return this.withApp(flags, async (app) => {
      const [{ findUserByIdOrEmail }, { removeMember }] = await Promise.all([
        import('../../../lib/users/find-user.ts'),
        import('../../../lib/services/remove-member.ts'),
      ]);
      const { id: userId } = await findUserByIdOrEmail(app, flags.user);
      const member = await removeMember(app, { serviceId: args.id, userId });
      return { result: { ...toMemberView(member), service_id: args.id } };
    });
  }

  protected render({ name }: Result): string {
    return `'${name}' is off the team.`;
  }
}
