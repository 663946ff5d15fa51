import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { yesFlag } from '../../lib/cli/flags.ts';
import { userArg } from '../../lib/cli/member-flags.ts';
import { toUserView, type UserView } from '../../lib/users/user-view.ts';

interface Result extends UserView {
  readonly already_archived: boolean;
}

export default class UsersArchive extends BaseCommand<Result> {
  static override summary = 'Archive a user for good.';
  static override description = `The user goes off all teams and can do nothing any more; the email address is free again. What the user made stays.
Exit status: 4 a service would be left without somebody who manages it.`;
  static override examples = ['<%= config.bin %> users archive ann@example.gov.uk --yes'];
  static override args = { user: userArg({ required: true }) };
  static override flags = { yes: yesFlag };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(UsersArchive);
    return this.withApp(flags, async (app) => {
      const [{ findUserByIdOrEmail }, { archiveUser }] = await Promise.all([
        import('../../lib/users/find-user.ts'),
        import('../../lib/users/archive-user.ts'),
      ]);
      const { id, name, state } = await findUserByIdOrEmail(app, args.user);
      if (state !== 'inactive') await this.confirm(`Archive the user '${name}' for good?`, flags);
      const { user, alreadyArchived } = await archiveUser(app, { userId: id });
      return { result: { ...toUserView(user), already_archived: alreadyArchived } };
    });
  }

  protected render({ name, already_archived: already }: Result): string {
    return already ? `'${name}' was archived already.` : `Archived '${name}'.`;
  }
}
