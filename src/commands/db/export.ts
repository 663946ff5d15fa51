import { Args } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { yesFlag } from '../../lib/cli/flags.ts';
import { interruptible } from '../../lib/cli/interruptible.ts';
import { startProgress } from '../../lib/cli/progress.ts';
import { facts } from '../../lib/cli/table.ts';
import { AppError } from '../../lib/core/errors.ts';

interface Result {
  readonly file: string;
  readonly bytes: number;
  readonly created_at: string;
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  readonly jobs: number;
  readonly secret_keys: readonly { readonly id: string; readonly values: number }[];
}

export default class DbExport extends BaseCommand<Result> {
  static override summary = 'Write all data to one file, for backups and for moving to another server.';
  static override description = `Holds every table and the waiting jobs as they are at one moment; the server may go on running. When moving, stop it first: what it accepts afterwards stays behind, and two systems would send the same messages.
Secrets stay encrypted and their keys are NOT in the file. Keep NOTIFY_SECRET_KEYS (embedded database: the file secret-keys of the state folder) as safe as the export, and apart from it.
The file appears under its name when it is complete; - writes to standard output.
Exit status: 0 done, 4 the file exists and replacing it was not confirmed, 69 no database, 78 the schema is not up to date.`;
  static override examples = [
    '<%= config.bin %> db export backup.notify',
    '<%= config.bin %> db export - | ssh backup.example "cat > notify.backup"',
  ];
  static override args = { file: Args.string({ description: 'file to write; - for standard output', required: true }) };
  static override flags = { yes: yesFlag };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(DbExport);
    await this.assertWritable(args.file, flags);
    return interruptible((signal) => this.export(args.file, flags, signal), {
      notice: (line) => this.notice(line),
      afterwards: 'Nothing was exported.',
    });
  }

  private async assertWritable(file: string, flags: { yes: boolean; 'no-input': boolean }): Promise<void> {
    if (file === '-') {
      if (this.jsonEnabled()) throw new AppError('USAGE_INVALID', '--json and an export do not fit on one output');
      if (process.stdout.isTTY) throw new AppError('USAGE_INVALID', 'An export is no text: name a file or a pipe');
      return;
    }
    const { exists } = await import('../../lib/transfer/export-destination.ts');
    if (await exists(file)) await this.confirm(`${file} exists. Replace it?`, flags);
  }

  private async export(
    file: string,
    flags: Parameters<typeof this.loadConfig>[0],
    signal: AbortSignal,
  ): Promise<Outcome<Result>> {
    const { config } = await this.loadConfig(flags);
    const [
      { locateDatabase },
      { findSecretKeys },
      { exportDatabase },
      { toFile, toStream },
      { secretStores },
      { systemClock },
    ] = await Promise.all([
      import('../../lib/db/locate-database.ts'),
      import('../../lib/config/read-secret-keys.ts'),
      import('../../lib/transfer/export-database.ts'),
      import('../../lib/transfer/export-destination.ts'),
      import('../../lib/secret-stores.ts'),
      import('../../lib/core/clock.ts'),
    ]);
    const secretKeys = (await findSecretKeys(config)) ?? [];
    const database = await locateDatabase(config, (line) => this.notice(line));
    const progress = startProgress({ label: 'Exporting rows' });
    try {
      const { header, bytes, foreignTables } = await exportDatabase(
        { url: database.url, clock: systemClock, secretKeys, secretStores },
        {
          destination: async () => (file === '-' ? toStream(process.stdout) : toFile(file)),
          onProgress: progress.update.bind(progress),
          signal,
        },
      );
      if (foreignTables.length > 0) this.addWarning(`tables of others were left out: ${foreignTables.join(', ')}`);
      const { created_at, tables, jobs, secret_keys } = header;
      return {
        result: {
          file,
          bytes,
          created_at,
          tables,
          jobs,
          secret_keys: secret_keys.map(({ id, values }) => ({ id, values })),
        },
      };
    } finally {
      progress.stop();
      await database.release();
    }
  }

  protected render({ file, bytes, tables, jobs, secret_keys }: Result): string | undefined {
    const summary = facts({
      file,
      size: describeBytes(bytes),
      rows: tables.reduce((sum, { rows }) => sum + rows, 0),
      jobs,
      'secret keys': secret_keys.map(({ id }) => id).join(', ') || null,
    });
    if (file !== '-') return summary;
    this.notice(summary);
    return undefined;
  }
}

function describeBytes(bytes: number): string {
  const kibibytes = bytes / 1024;
  return kibibytes < 1024 ? `${kibibytes.toFixed(1)} KiB` : `${(kibibytes / 1024).toFixed(1)} MiB`;
}
