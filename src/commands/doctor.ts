import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../lib/cli/base-command.ts';
import type { Check } from '../lib/doctor/check.ts';

interface Result {
  readonly checks: readonly Check[];
}

export default class Doctor extends BaseCommand<Result> {
  static override summary = 'Check the whole installation and say what to do about what is wrong.';
  static override description = `Looks at configuration, keys, database, schema, queue, clock, disk, Redis, providers and the printer of letters; changes nothing.
--ready only asks the running server, over its admin port, whether it can serve: for health checks of containers.
Exit status: 0 nothing is wrong (there may be warnings), 1 something is, 69 the database does not answer.`;
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor --json',
    '<%= config.bin %> doctor --ready',
  ];
  static override flags = {
    ready: Flags.boolean({ summary: 'Only ask the running server whether it is ready.' }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(Doctor);
    if (flags.ready) {
      const { config } = await this.loadConfig(flags);
      const { askReadiness } = await import('../lib/doctor/ask-readiness.ts');
      return toOutcome(await askReadiness(config), false);
    }
    const { runDoctor } = await import('../lib/doctor/run-doctor.ts');
    const { checks, isDatabaseDown } = await runDoctor({
      loadConfig: () => this.loadConfig(flags),
      onNotice: (line) => this.notice(line),
    });
    return toOutcome(checks, isDatabaseDown);
  }

  protected render({ checks }: Result): string {
    const width = Math.max(...checks.map(({ name }) => name.length));
    return checks
      .flatMap(({ name, status, message, hint }) => [
        `${status.padEnd(7)}  ${name.padEnd(width)}  ${message}`,
        ...(hint === null ? [] : [`${' '.repeat(9 + width + 2)}→ ${hint}`]),
      ])
      .join('\n');
  }
}

function toOutcome(checks: readonly Check[], isDatabaseDown: boolean): Outcome<Result> {
  const isWrong = checks.some(({ status }) => status === 'error');
  return { result: { checks }, exitCode: isDatabaseDown ? 69 : isWrong ? 1 : 0 };
}
