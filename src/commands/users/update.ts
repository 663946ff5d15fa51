import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { requireSomeFlag } from '../../lib/cli/flags.ts';
import { userArg } from '../../lib/cli/member-flags.ts';
import { given } from '../../lib/core/given.ts';
import { toUserView, type UserView } from '../../lib/users/user-view.ts';

interface Result extends UserView {
  /** The fields that were not so already. */
  readonly changed: readonly string[];
}

const fieldNames: Readonly<Record<string, string>> = {
  name: 'name',
  emailAddress: 'email_address',
  mobileNumber: 'mobile_number',
  authType: 'auth_type',
  platformAdmin: 'platform_admin',
};

export default class UsersUpdate extends BaseCommand<Result> {
  static override summary = 'Change a user.';
  static override description = 'What is so already changes nothing and exits 0.';
  static override examples = [
    '<%= config.bin %> users update ann@example.gov.uk --mobile 07700900123',
    '<%= config.bin %> users update ann@example.gov.uk --platform-admin',
  ];
  static override args = { user: userArg({ required: true }) };
  static override flags = {
    name: Flags.string({ summary: 'Name.' }),
    email: Flags.string({ summary: 'Email address.', helpValue: 'EMAIL' }),
    mobile: Flags.string({ summary: 'Mobile number; empty for none.', helpValue: 'NUMBER' }),
    'platform-admin': Flags.boolean({
      summary: 'Somebody who looks after the whole installation.',
      allowNo: true,
    }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(UsersUpdate);
    requireSomeFlag(flags, Object.keys(UsersUpdate.flags));
    return this.withApp(flags, async (app) => {
      const [{ findUserByIdOrEmail }, { updateUser }] = await Promise.all([
        import('../../lib/users/find-user.ts'),
        import('../../lib/users/update-user.ts'),
      ]);
      const { id, authType } = await findUserByIdOrEmail(app, args.user);
      const mobileNumber = flags.mobile === '' ? null : flags.mobile;
      const { user, changed } = await updateUser(app, {
        userId: id,
        ...given({
          name: flags.name,
          emailAddress: flags.email,
          mobileNumber,
          // Without a number, there are no codes by text.
          authType: mobileNumber === null && authType === 'sms_auth' ? ('email_auth' as const) : undefined,
          platformAdmin: flags['platform-admin'],
        }),
      });
      return { result: { ...toUserView(user), changed: changed.map((field) => fieldNames[field] ?? field) } };
    });
  }

  protected render({ name, changed }: Result): string {
    return changed.length === 0 ? `'${name}' was so already.` : `Changed ${changed.join(', ')} of '${name}'.`;
  }
}
