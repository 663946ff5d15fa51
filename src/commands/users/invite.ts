import { Flags } from '@oclif/core';
import type { App } from '../../lib/app.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dryRunFlag, uuidFlag } from '../../lib/cli/flags.ts';
import { permissionFlag } from '../../lib/cli/member-flags.ts';
import { readLines } from '../../lib/cli/read-content.ts';
import { table } from '../../lib/cli/table.ts';
import { isAppError } from '../../lib/core/errors.ts';
import { memberPermissions } from '../../lib/users/user.ts';

interface Invited {
  readonly email_address: string;
  readonly user_id: string | null;
  /** `created`: a new user on the team; `added`: a known one; `already`: on the team before. */
  readonly outcome: 'created' | 'added' | 'already' | 'failed';
  readonly problem: string | null;
}

interface Result {
  readonly service_id: string;
  readonly permissions: readonly string[];
  readonly users: readonly Invited[];
}

export default class UsersInvite extends BaseCommand<Result> {
  static override summary = 'Put many people on the team of a service at once, as new users where they are none yet.';
  static override description = `FILE has an address a line, ann@example.gov.uk or Ann Lee <ann@example.gov.uk>. Nobody is written to. Who is on the team already keeps the permissions there were.
Exit status: 3 some lines failed, 1 all did.`;
  static override examples = [
    '<%= config.bin %> users invite --file team.txt --service 018f2f6e-7c1a-7000-8000-000000000000 --permissions manage_templates,view_activity',
    '<%= config.bin %> users invite --file - --service 018f2f6e-7c1a-7000-8000-000000000000 --permissions create_broadcasts,approve_broadcasts',
  ];
  static override flags = {
    file: Flags.string({
      char: 'f',
      summary: 'File with the addresses, or - for standard input.',
      required: true,
      helpValue: 'FILE',
    }),
    service: uuidFlag({ char: 's', summary: 'Service whose team they join.', required: true }),
    permissions: permissionFlag({
      char: 'p',
      summary: 'What they may do, with commas or repeatable; without it, everything but broadcasting.',
    }),
    'dry-run': dryRunFlag,
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(UsersInvite);
    const lines = await readLines(flags.file, '--file');
    const permissions = flags.permissions ?? memberPermissions;
    const dryRun = flags['dry-run'];
    return this.withApp(flags, async (app) => {
      const { assertNotArchived, requireService } = await import('../../lib/services/show-service.ts');
      assertNotArchived(await requireService({ db: app.db }, flags.service));
      const users: Invited[] = [];
      for (const line of lines) users.push(await invite(app, line, { serviceId: flags.service, permissions, dryRun }));
      const result = { service_id: flags.service, permissions, users };
      const failed = users.filter(({ outcome }) => outcome === 'failed').length;
      if (failed === 0) return { result, status: dryRun ? 'planned' : 'ok' };
      return { result, status: 'partial', exitCode: failed === users.length ? 1 : 3 };
    });
  }

  protected render({ users }: Result): string {
    if (users.length === 0) return 'There was no address.';
    return table(
      users.map(({ email_address, outcome, user_id, problem }) => ({ email_address, outcome, user_id, problem })),
    );
  }
}

async function invite(
  app: App,
  line: string,
  input: { serviceId: string; permissions: readonly string[]; dryRun: boolean },
): Promise<Invited> {
  const { inviteUser } = await import('../../lib/services/invite-user.ts');
  const named = /^"?([^"<]+?)"?\s*<([^<>]+)>$/.exec(line);
  const emailAddress = named?.[2]?.trim() ?? line;
  try {
    const person = { emailAddress, ...(named !== null && { name: named[1]! }) };
    const { userId, outcome } = await inviteUser(app, { ...input, ...person });
    return { email_address: emailAddress, user_id: userId, outcome, problem: null };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { email_address: emailAddress, user_id: null, outcome: 'failed', problem: error.message };
  }
}
