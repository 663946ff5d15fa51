import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidFlag } from '../../lib/cli/flags.ts';
import { table } from '../../lib/cli/table.ts';
import { counted } from '../../lib/core/counted.ts';
import { given } from '../../lib/core/given.ts';
import { toUserView, type UserView } from '../../lib/users/user-view.ts';

export default class UsersList extends BaseCommand<readonly UserView[]> {
  static override summary = 'List users by name.';
  static override examples = [
    '<%= config.bin %> users list --email @example.gov.uk',
    '<%= config.bin %> users list --service 018f2f6e-7c1a-7000-8000-000000000000 --json',
  ];
  static override flags = {
    email: Flags.string({ summary: 'Only those with this in their email address.', helpValue: 'TEXT' }),
    service: uuidFlag({ char: 's', summary: 'Only those on the team of this service.' }),
    archived: Flags.boolean({ summary: 'Archived ones too.', default: false }),
    limit: Flags.integer({ summary: 'How many at most.', default: 100, min: 1, max: 10_000 }),
  };

  protected async execute(): Promise<Outcome<readonly UserView[]>> {
    const { flags } = await this.parse(UsersList);
    return this.withApp(flags, async (app) => {
      const { listUsers } = await import('../../lib/users/list-users.ts');
      const { archived, limit } = flags;
      // One more than is shown tells whether there are more.
      const filter = { archived, limit: limit + 1, ...given({ emailPart: flags.email, serviceId: flags.service }) };
      const users = await listUsers(app, filter);
      if (users.length > limit)
        this.addWarning(`There are more than ${counted(limit, 'user')}: --limit shows more of them`);
      return { result: users.slice(0, limit).map(toUserView) };
    });
  }

  protected render(users: readonly UserView[]): string {
    if (users.length === 0) return 'There are no such users. Create one with: notify users create';
    return table(
      users.map(({ id, name, email_address, state, platform_admin, services }) => ({
        id,
        name,
        email_address,
        state,
        platform_admin,
        services: Object.keys(services).length,
      })),
    );
  }
}
