import { Args } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';

interface Result {
  readonly path: string;
}

export default class DbCreate extends BaseCommand<Result> {
  static override summary = 'Create an empty migration file with the next number.';
  static override examples = ['<%= config.bin %> db create add_inbound_numbers'];
  static override args = {
    name: Args.string({ description: 'lower-case words joined by _', required: true, ignoreStdin: true }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { args } = await this.parse(DbCreate);
    const { createMigrationFile } = await import('../../lib/db/migration-files.ts');
    return { result: { path: await createMigrationFile(args.name) } };
  }

  protected render({ path }: Result): string {
    return `Created ${path}`;
  }
}
