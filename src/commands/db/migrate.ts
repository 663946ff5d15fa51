import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dryRunFlag } from '../../lib/cli/flags.ts';
import type { MigrateResult } from '../../lib/db/migrate-database.ts';

interface Result extends MigrateResult {
  readonly already_up_to_date: boolean;
  readonly dry_run: boolean;
}

export default class DbMigrate extends BaseCommand<Result> {
  static override summary = 'Bring the database schema up to date.';
  static override description = `Runs the pending migrations in order, each in its own transaction, forward only.
Safe in CI and with several starters: one runs, the others exit 75, or wait with --wait.
Exit status: 0 done or already done, 1 a migration failed, 69 no database, 75 locked, 78 the database is newer.`;
  static override examples = [
    '<%= config.bin %> db migrate',
    '<%= config.bin %> db migrate --dry-run',
    '<%= config.bin %> db migrate --wait 120 --lock-timeout 2000',
  ];
  static override flags = {
    'dry-run': dryRunFlag,
    'lock-timeout': Flags.integer({
      summary: 'Longest wait for a table lock; traffic queues behind a waiting migration.',
      default: 4000,
      min: 1,
      max: 3_600_000,
      helpValue: 'MILLISECONDS',
    }),
    wait: Flags.integer({
      summary: 'Wait so long for another migration to end.',
      default: 0,
      min: 0,
      max: 86_400,
      helpValue: 'SECONDS',
    }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(DbMigrate);
    const { config } = await this.loadConfig(flags);
    const [{ locateDatabase }, { migrateDatabase }, { schemaSteps }] = await Promise.all([
      import('../../lib/db/locate-database.ts'),
      import('../../lib/db/migrate-database.ts'),
      import('../../lib/schema-steps.ts'),
    ]);
    const database = await locateDatabase(config, (line) => this.notice(line));
    try {
      const result = await migrateDatabase({
        url: database.url,
        steps: schemaSteps,
        dryRun: flags['dry-run'],
        lockTimeoutMs: flags['lock-timeout'],
        waitMs: flags.wait * 1000,
        onProgress: (line) => this.notice(line),
      });
      return {
        status: flags['dry-run'] ? 'planned' : 'ok',
        result: { ...result, already_up_to_date: result.migrations.length === 0, dry_run: flags['dry-run'] },
      };
    } finally {
      await database.release();
    }
  }

  protected render({ migrations, plan, dry_run }: Result): string {
    if (migrations.length === 0) return 'The database schema is up to date.';
    if (dry_run) return plan.map(({ name, sql }) => `-- ${name}\n${sql}`).join('\n');
    return `Done: ${migrations.join(', ')}`;
  }
}
