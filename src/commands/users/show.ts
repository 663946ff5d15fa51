import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { userArg } from '../../lib/cli/member-flags.ts';
import { facts } from '../../lib/cli/table.ts';
import { toUserView, type UserView } from '../../lib/users/user-view.ts';

export default class UsersShow extends BaseCommand<UserView> {
  static override summary = 'Show a user, with the services whose team the user is on.';
  static override examples = [
    '<%= config.bin %> users show ann@example.gov.uk',
    '<%= config.bin %> users show 018f2f6e-7c1a-7000-8000-000000000000 --json',
  ];
  static override args = { user: userArg({ required: true }) };

  protected async execute(): Promise<Outcome<UserView>> {
    const { args, flags } = await this.parse(UsersShow);
    return this.withApp(flags, async (app) => {
      const { findUserByIdOrEmail } = await import('../../lib/users/find-user.ts');
      return { result: toUserView(await findUserByIdOrEmail(app, args.user)) };
    });
  }

  protected render(user: UserView): string {
    const services = Object.entries(user.services).map(
      ([id, permissions]) => `\nservice ${id}: ${permissions.join(', ') || 'no permissions'}`,
    );
    return (
      facts({
        id: user.id,
        name: user.name,
        'email address': user.email_address,
        'mobile number': user.mobile_number,
        state: user.state,
        'signs in by': user.auth_type,
        'platform admin': user.platform_admin,
        'created at': user.created_at,
      }) + services.join('')
    );
  }
}
