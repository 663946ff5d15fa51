import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { table } from '../../lib/cli/table.ts';
import { describeConfig, type ConfigRow } from '../../lib/config/describe.ts';

export default class ConfigShow extends BaseCommand<readonly ConfigRow[]> {
  static override summary = 'Show every configuration key, its value and where the value comes from.';
  static override description = 'Secrets are never shown. Exit status: 0, or 78 when a value is wrong.';
  static override examples = ['<%= config.bin %> config show', '<%= config.bin %> config show --json'];

  protected async execute(): Promise<Outcome<readonly ConfigRow[]>> {
    const { flags } = await this.parse(ConfigShow);
    return { result: describeConfig(await this.loadConfig(flags)) };
  }

  protected render(rows: readonly ConfigRow[]): string {
    return table(rows.map(({ key, value, source, env }) => ({ key, value, source, environment: env })));
  }
}
