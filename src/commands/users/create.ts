import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidFlag } from '../../lib/cli/flags.ts';
import { facts } from '../../lib/cli/table.ts';
import { given } from '../../lib/core/given.ts';
import { toUserView, type UserView } from '../../lib/users/user-view.ts';

export default class UsersCreate extends BaseCommand<UserView> {
  static override summary = 'Create a user.';
  static override description = `An active user without a password, who can be put on teams and named with --as. A number is only needed for codes by text.
Exit status: 4 the address is somebody else's.`;
  static override examples = [
    '<%= config.bin %> users create --name "Ann Lee" --email ann@example.gov.uk',
    '<%= config.bin %> users create --name "Bo Ray" --email bo@example.gov.uk --mobile 07700900123 --platform-admin',
  ];
  static override flags = {
    name: Flags.string({ summary: 'Name.', required: true }),
    email: Flags.string({ summary: 'Email address; no two users have the same.', required: true, helpValue: 'EMAIL' }),
    mobile: Flags.string({ summary: 'Mobile number.', helpValue: 'NUMBER' }),
    'platform-admin': Flags.boolean({ summary: 'Somebody who looks after the whole installation.' }),
    id: uuidFlag({ summary: 'Id to use instead of a new one.' }),
  };

  protected async execute(): Promise<Outcome<UserView>> {
    const { flags } = await this.parse(UsersCreate);
    return this.withApp(flags, async (app) => {
      const { createUser } = await import('../../lib/users/create-user.ts');
      const user = await createUser(app, {
        name: flags.name,
        emailAddress: flags.email,
        mobileNumber: flags.mobile ?? null,
        ...given({ platformAdmin: flags['platform-admin'], id: flags.id }),
      });
      return { result: toUserView(user) };
    });
  }

  protected render({ id, name, email_address: email }: UserView): string {
    return facts({ id, name, email, next: `notify services members add SERVICE --user ${id}` });
  }
}
