import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';

interface Result {
  readonly keys: number;
}

export default class ConfigCheck extends BaseCommand<Result> {
  static override summary = 'Check the configuration without starting anything.';
  static override description = 'Reports every problem at once. Exit status: 0 good, 78 not.';
  static override examples = ['<%= config.bin %> config check'];

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(ConfigCheck);
    const { config } = await this.loadConfig(flags);
    const { readSecretKeys } = await import('../../lib/config/read-secret-keys.ts');
    if (config.databaseUrl !== null) await readSecretKeys(config);
    return { result: { keys: Object.keys(config).length } };
  }

  protected render({ keys }: Result): string {
    return `The configuration is good (${keys} keys).`;
  }
}
