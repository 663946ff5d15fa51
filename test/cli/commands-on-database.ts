/** Runs commands against the database of a test app, and says what they must answer. */
import { expect } from 'vitest';
import { runCommand } from '../support/command-runner.ts';
import { databaseEnvironment, type CliOptions, type CliResult } from '../support/cli.ts';

export interface ResultOptions extends CliOptions {
  /** `status` of the document when it is not `ok`. */
  readonly status?: string;
}

export interface CommandsOnDatabase {
  readonly notify: (args: readonly string[], options?: CliOptions) => Promise<CliResult>;
  /** The result of a command that succeeds without a word. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests compare it with what they expect
  readonly resultOf: (args: readonly string[], options?: ResultOptions) => Promise<any>;
  /** What people see of a command that succeeds. */
  readonly textOf: (args: readonly string[]) => Promise<string>;
  readonly expectError: (args: readonly string[], exitCode: number, error: object) => Promise<void>;
}

/** @param app its `databaseUrl` is read when a command runs */
export function commandsOn(app: { readonly databaseUrl: string }): CommandsOnDatabase {
  const notify: CommandsOnDatabase['notify'] = (args, options = {}) =>
    runCommand(args, { ...options, env: { ...databaseEnvironment(app.databaseUrl), ...options.env } });
  return {
    notify,
    async resultOf(args, { status = 'ok', ...options } = {}) {
      const answer = await notify([...args, '--json'], options);
      expect({ exitCode: answer.exitCode, stderr: answer.stderr }).toEqual({ exitCode: 0, stderr: '' });
      const { result, ...rest } = answer.json();
      expect(rest).toEqual({ status, warnings: [] });
      return result;
    },
    async textOf(args) {
      const { exitCode, stdout, stderr } = await notify(args);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      return stdout;
    },
    async expectError(args, exitCode, error) {
      const answer = await notify([...args, '--json']);
      expect({ exitCode: answer.exitCode, ...answer.json() }).toMatchObject({ exitCode, status: 'error', error });
    },
  };
}
