import { Command, Flags, type Interfaces } from '@oclif/core';
import type { App } from '../app.ts';
import { isContinuousIntegration } from '../config/continuous-integration.ts';
import { loadConfig, type LoadedConfig } from '../config/load.ts';
import { AppError } from '../core/errors.ts';
import { toErrorDocument, toErrorReport, toErrorText } from './error-report.ts';

/** What a command gives back: its result, and a status when it is not simply `ok`. */
export interface Outcome<Result> {
  readonly result: Result;
  readonly status?: 'ok' | 'partial' | 'planned' | 'ready';
  /** Exit status when it is neither 0 nor, for `partial`, 3. */
  readonly exitCode?: number;
}

type Flagged = typeof BaseCommand;
export type ParsedFlags<C extends Flagged | object> = Interfaces.InferredFlags<
  (C extends { flags: infer F } ? F : object) & typeof BaseCommand.baseFlags
>;

/**
 * The command contract: result on stdout and everything else on stderr, `--json` prints one document, errors become one
 * message with the documented exit code and never a stack trace.
 */
export abstract class BaseCommand<Result> extends Command {
  static override enableJsonFlag = true;

  static override baseFlags = {
    'state-dir': Flags.string({
      summary: 'Folder of the embedded database and its keys (NOTIFY_STATE_DIR).',
      helpGroup: 'GLOBAL',
      helpValue: 'FOLDER',
    }),
    'config-file': Flags.string({
      summary: 'Configuration file instead of notify.config.json (NOTIFY_CONFIG_FILE).',
      helpGroup: 'GLOBAL',
      helpValue: 'FILE',
    }),
    'log-level': Flags.string({
      summary: 'Least severe log line that is written (NOTIFY_LOG_LEVEL).',
      helpGroup: 'GLOBAL',
      helpValue: 'LEVEL',
    }),
    'no-input': Flags.boolean({ summary: 'Never ask; fail where an answer would be needed.', helpGroup: 'GLOBAL' }),
  };

  protected readonly warnings: string[] = [];

  /** Parses, does the work and returns what is to be shown. */
  protected abstract execute(): Promise<Outcome<Result>>;

  /** The result for people; called without `--json`. Undefined = nothing to print. */
  protected abstract render(result: Result): string | undefined;

  override async run(): Promise<void> {
    this.writeOutcome(await this.execute());
  }

  /** Prints an outcome and sets the exit status. */
  protected writeOutcome({ result, status = 'ok', exitCode }: Outcome<Result>): void {
    if (this.jsonEnabled()) this.writeJson({ status, result, warnings: this.warnings });
    else {
      const text = this.render(result);
      if (text !== undefined && text !== '') process.stdout.write(`${text}\n`);
    }
    process.exitCode = exitCode ?? (status === 'partial' ? 3 : 0);
  }

  /** The loaded configuration; flags that are configuration keys override it. */
  protected async loadConfig(
    flags: { 'state-dir'?: string | undefined; 'config-file'?: string | undefined; 'log-level'?: string | undefined },
    more: Record<string, string | undefined> = {},
  ): Promise<LoadedConfig> {
    const given = { stateDir: flags['state-dir'], logLevel: flags['log-level'], ...more };
    const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    return loadConfig({ flags: present, ...(flags['config-file'] !== undefined && { file: flags['config-file'] }) });
  }

  /** Runs `work` with an app that is closed afterwards, also after an error. */
  protected async withApp<Value>(
    flags: Parameters<BaseCommand<Result>['loadConfig']>[0],
    work: (app: App) => Promise<Value>,
  ): Promise<Value> {
    const { config } = await this.loadConfig(flags);
    const { createApp } = await import('../app.ts');
    const { createLogger } = await import('../observability/logger.ts');
    // A command speaks for itself: logs only matter when something is wrong.
    const level = config.logLevel === 'info' ? 'warn' : config.logLevel;
    const logger = createLogger({ level, format: this.logFormat(config.logFormat) });
    const app = await createApp(config, {
      name: `notify ${this.id ?? ''}`.trim(),
      logger,
      onNotice: (line) => this.notice(line),
    });
    try {
      return await work(app);
    } finally {
      await app.close();
    }
  }

  protected logFormat(configured: 'auto' | 'json' | 'text'): 'json' | 'text' {
    if (configured !== 'auto') return configured;
    return process.stderr.isTTY ? 'text' : 'json';
  }

  /** A line for people, on stderr. */
  protected notice(line: string): void {
    process.stderr.write(`${line}\n`);
  }

  /** A warning: on stderr, and in the JSON document. */
  protected addWarning(warning: string): void {
    this.warnings.push(warning);
    this.notice(`Warning: ${warning}`);
  }

  protected writeJson(document: unknown): void {
    process.stdout.write(`${JSON.stringify(document)}\n`);
  }

  /**
   * Asks before a mass or destructive action.
   *
   * @throws AppError CONFIRMATION_NEEDED when the answer is no or nobody can be asked
   */
  protected async confirm(question: string, flags: { yes: boolean; 'no-input': boolean }): Promise<void> {
    if (flags.yes) return;
    const isTerminal = process.stdin.isTTY && process.stderr.isTTY;
    const cannotAsk = !isTerminal || isContinuousIntegration() || flags['no-input'] || this.jsonEnabled();
    if (cannotAsk) {
      throw new AppError('CONFIRMATION_NEEDED', `${question} Nothing was done.`, {
        hint: 'Repeat the command with --yes.',
      });
    }
    const { createInterface } = await import('node:readline/promises');
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
      const answer = await terminal.question(`${question} [y/N] `);
      if (/^y(es)?$/i.test(answer.trim())) return;
    } finally {
      terminal.close();
    }
    throw new AppError('CONFIRMATION_NEEDED', 'Nothing was done.');
  }

  protected override async catch(error: unknown): Promise<void> {
    const command = `notify ${(this.id ?? '').replaceAll(':', ' ')}`.trim();
    const report = toErrorReport(error, command, this.ctor.args);
    process.exitCode = report.exitCode;
    if (this.jsonEnabled()) this.writeJson(toErrorDocument(report, this.warnings));
    process.stderr.write(toErrorText(report));
  }
}
