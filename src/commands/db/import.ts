import { Args, Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dryRunFlag } from '../../lib/cli/flags.ts';
import { interruptible } from '../../lib/cli/interruptible.ts';
import { startProgress } from '../../lib/cli/progress.ts';
import { facts, table } from '../../lib/cli/table.ts';
import type { Config } from '../../lib/config/schema.ts';
import type { SecretKey } from '../../lib/core/secret-box.ts';
import type { OpenExport } from '../../lib/transfer/read-export.ts';

interface Result {
  readonly created_at: string;
  readonly program_version: string;
  readonly migrations: readonly string[];
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  readonly jobs: number;
  readonly secret_keys: readonly { readonly id: string; readonly values: number; readonly available: boolean }[];
  readonly dry_run: boolean;
}

export default class DbImport extends BaseCommand<Result> {
  static override summary = 'Fill an empty database with an export.';
  static override description = `Into a new, migrated database only, all or nothing. Messages that waited when the export was made are sent when a worker runs: make sure that the exported system does not send them, too.
Secrets stay encrypted and their keys travel separately: give this installation the NOTIFY_SECRET_KEYS of the exported one, or copy its file secret-keys into the state folder, first.
--dry-run reads the whole file, checks it and shows what it holds; it needs no database. - reads standard input.
Exit status: 0 done, 1 the file is damaged, 2 it is no export, 4 the database is not empty or keys are missing, 69 no database, 75 others hold its tables, 78 another schema version.`;
  static override examples = [
    '<%= config.bin %> db import backup.notify --dry-run',
    'DATABASE_URL=postgres://… <%= config.bin %> db import backup.notify',
  ];
  static override args = { file: Args.string({ description: 'file to read; - for standard input', required: true }) };
  static override flags = {
    'dry-run': dryRunFlag,
    'accept-missing-keys': Flags.boolean({
      summary:
        'Import although keys are missing: API keys and personalisation stored with them are lost until the keys are found.',
    }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(DbImport);
    const { config } = await this.loadConfig(flags);
    const [{ openExport }, { findSecretKeys }] = await Promise.all([
      import('../../lib/transfer/read-export.ts'),
      import('../../lib/config/read-secret-keys.ts'),
    ]);
    const secretKeys = (await findSecretKeys(config)) ?? [];
    // Without the flag there is no value, whatever its type says.
    const dryRun = Boolean(flags['dry-run']);
    return interruptible(
      async (signal) => {
        const source = await openExport(args.file === '-' ? process.stdin : args.file);
        try {
          if (dryRun) await this.verify(source);
          else await this.import(source, config, secretKeys, flags['accept-missing-keys'], signal);
          return await this.describe(source, secretKeys, dryRun);
        } finally {
          source.close();
        }
      },
      { notice: (line) => this.notice(line), afterwards: 'Nothing was imported.' },
    );
  }

  private async verify(source: OpenExport): Promise<void> {
    const { verifyExport } = await import('../../lib/transfer/read-export.ts');
    await verifyExport(source);
  }

  private async import(
    source: OpenExport,
    config: Config,
    secretKeys: readonly SecretKey[],
    acceptMissingKeys: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const [{ locateDatabase }, { migrateDatabase }, { schemaSteps }, { importDatabase }] = await Promise.all([
      import('../../lib/db/locate-database.ts'),
      import('../../lib/db/migrate-database.ts'),
      import('../../lib/schema-steps.ts'),
      import('../../lib/transfer/import-database.ts'),
    ]);
    const database = await locateDatabase(config, (line) => this.notice(line));
    const progress = startProgress({ label: 'Importing rows' });
    try {
      // As every command does with an embedded database; an external one is the operator's to migrate.
      if (database.kind === 'embedded')
        await migrateDatabase({ url: database.url, steps: schemaSteps, waitMs: 60_000 });
      await importDatabase(
        { url: database.url },
        { source, secretKeys, acceptMissingKeys, onProgress: progress.update.bind(progress), signal },
      );
    } finally {
      progress.stop();
      await database.release();
    }
  }

  private async describe(
    { header }: OpenExport,
    secretKeys: readonly SecretKey[],
    dryRun: boolean,
  ): Promise<Outcome<Result>> {
    const { findMissingKeys } = await import('../../lib/transfer/export-header.ts');
    const missing = findMissingKeys(header, secretKeys).map(({ id }) => id);
    if (missing.length > 0)
      this.addWarning(`keys that the secrets in the export need are not configured here: ${missing.join(', ')}`);
    const { created_at, program_version, migrations, tables, jobs, secret_keys } = header;
    return {
      status: dryRun ? 'planned' : 'ok',
      result: {
        created_at,
        program_version,
        migrations,
        tables,
        jobs,
        secret_keys: secret_keys.map(({ id, values }) => ({ id, values, available: !missing.includes(id) })),
        dry_run: dryRun,
      },
    };
  }

  protected render({ created_at, program_version, tables, jobs, secret_keys, dry_run }: Result): string {
    const summary = facts({
      [dry_run ? 'export of' : 'imported']: created_at,
      'written by': `notify ${program_version}`,
      rows: tables.reduce((sum, { rows }) => sum + rows, 0),
      jobs,
      'secret keys': secret_keys.map(({ id, available }) => `${id}${available ? '' : ' (missing)'}`).join(', ') || null,
    });
    if (!dry_run) return summary;
    return `${summary}\n\n${table(tables.filter(({ rows }) => rows > 0).map(({ name, rows }) => ({ table: name, rows })))}`;
  }
}
