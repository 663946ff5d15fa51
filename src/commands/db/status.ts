import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { facts } from '../../lib/cli/table.ts';

interface Result {
  readonly database: string;
  readonly server_version: string;
  readonly state: 'current' | 'pending' | 'newer';
  readonly applied: readonly { name: string; applied_at: string }[];
  readonly pending: readonly string[];
  readonly unknown: readonly string[];
}

export default class DbStatus extends BaseCommand<Result> {
  static override summary = 'Compare the database schema with this version of the program.';
  static override description = 'Changes nothing. Exit status: 0 current, 1 pending or newer, 69 no database.';
  static override examples = ['<%= config.bin %> db status', '<%= config.bin %> db status --json'];

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(DbStatus);
    const { config } = await this.loadConfig(flags);
    const [{ locateDatabase }, { openDatabase }, { readSchemaStatus }, { schemaSteps }] = await Promise.all([
      import('../../lib/db/locate-database.ts'),
      import('../../lib/db/database.ts'),
      import('../../lib/db/schema-status.ts'),
      import('../../lib/schema-steps.ts'),
    ]);
    const database = await locateDatabase(config, (line) => this.notice(line));
    const db = openDatabase({ url: database.url, poolSize: 1, applicationName: 'notify db status' });
    try {
      const { serverVersion, applied, pending, unknown } = await readSchemaStatus(db, schemaSteps);
      const state = unknown.length > 0 ? 'newer' : pending.length > 0 ? 'pending' : 'current';
      const result: Result = {
        database: database.place,
        server_version: serverVersion,
        state,
        applied: applied.map(({ name, appliedAt }) => ({ name, applied_at: appliedAt.toISOString() })),
        pending,
        unknown,
      };
      return { result, exitCode: state === 'current' ? 0 : 1 };
    } finally {
      await db.close();
      await database.release();
    }
  }

  protected render({ database, server_version, state, applied, pending, unknown }: Result): string {
    return facts({
      database,
      server: `PostgreSQL ${server_version}`,
      schema: state,
      applied: applied.map(({ name }) => name).join(', ') || null,
      pending: pending.length > 0 ? `${pending.join(', ')} (run: notify db migrate)` : null,
      unknown: unknown.length > 0 ? `${unknown.join(', ')} (made by a newer version)` : undefined,
    });
  }
}
