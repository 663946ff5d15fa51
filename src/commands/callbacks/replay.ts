import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome, type ParsedFlags } from '../../lib/cli/base-command.ts';
import { dryRunFlag, uuidFlag, yesFlag } from '../../lib/cli/flags.ts';
import { checkpointOf } from '../../lib/cli/checkpoint.ts';
import { interruptible } from '../../lib/cli/interruptible.ts';
import { startProgress } from '../../lib/cli/progress.ts';
import { readLines } from '../../lib/cli/read-content.ts';
import { timeFlag } from '../../lib/cli/time-flags.ts';
import { AppError } from '../../lib/core/errors.ts';
import { callbackTypes, type CallbackType } from '../../lib/callbacks/callback-api.ts';

interface Result {
  /** Callbacks by what became of them. */
  readonly counts: Readonly<Record<string, number>>;
  /** With a file: what became of each of its lines. */
  readonly lines: readonly { readonly line: string; readonly outcome: string; readonly message: string }[];
  /** An interrupted replay goes on with --since at this time. */
  readonly last: string | null;
  readonly dry_run: boolean;
}

const logOnly = ['since', 'until', 'type', 'failed-only'];

export default class CallbacksReplay extends BaseCommand<Result> {
  static override summary = 'Tell services again what they were told, or should have been.';
  static override description = `Of a service, sends the callbacks of the log again, which keeps them for seven days: statuses as they are now, to the URL that is set now. Callbacks that are still being sent or retried are left alone, so that none is doubled.
With --file, tells what became of the notifications whose ids are its lines; with --service, the lines are references of that service, and either all of them are found or none is told. How far it came is kept in FILE.checkpoint until it is done, for --resume.
Exit status: 0 done, 3 some lines were not found or have no callback, 4 not confirmed, 5 unknown service, callback or reference.`;
  static override examples = [
    '<%= config.bin %> callbacks replay --service 018f2f6e-7c1a-7000-8000-000000000000 --since 2026-01-31T09:00:00Z --until 2026-01-31T12:00:00Z --failed-only --dry-run',
    '<%= config.bin %> callbacks replay --file ids.txt --yes',
    '<%= config.bin %> callbacks replay --file ids.txt --yes --resume',
    '<%= config.bin %> callbacks replay --file references.txt --service 018f2f6e-7c1a-7000-8000-000000000000 --yes --json',
  ];
  static override flags = {
    service: uuidFlag({ char: 's', summary: 'The service.' }),
    file: Flags.string({
      char: 'f',
      summary: 'File, or - for standard input, with an id or reference a line.',
      helpValue: 'FILE',
      exclusive: logOnly,
    }),
    since: timeFlag({ summary: 'Only callbacks first sent at this time or later.' }),
    until: timeFlag({ summary: 'Only callbacks first sent before this time.' }),
    type: Flags.string({
      summary: 'Only callbacks of this type, repeatable.',
      options: callbackTypes,
      multiple: true,
      multipleNonGreedy: true,
    }),
    'failed-only': Flags.boolean({ summary: 'Only callbacks that were given up.' }),
    resume: Flags.boolean({
      summary: 'Go on where an interrupted replay of the same file stopped.',
      dependsOn: ['file'],
    }),
    'dry-run': dryRunFlag,
    yes: yesFlag,
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(CallbacksReplay);
    if (flags.service === undefined && flags.file === undefined) {
      throw new AppError('USAGE_INVALID', 'Expected --service or --file');
    }
    if (flags.since !== undefined && flags.until !== undefined && flags.since >= flags.until) {
      throw new AppError('USAGE_INVALID', '--since must be before --until');
    }
    if (flags.resume && flags.file === '-') {
      throw new AppError('USAGE_INVALID', '--resume needs a file: of standard input nothing is kept');
    }
    const lines = flags.file === undefined ? null : await readLines(flags.file, '--file');
    if (!flags['dry-run']) await this.confirm('Send callbacks again?', flags);
    return interruptible((signal) => this.replay(flags, lines, signal), {
      notice: (line) => this.notice(line),
      afterwards:
        lines === null
          ? 'What was sent again stays so.'
          : flags.file === '-'
            ? 'What was sent again stays so; the same command tells the rest, and the first ones twice.'
            : 'What was sent again stays so; the same command with --resume tells the rest.',
    });
  }

  private async replay(
    flags: ParsedFlags<typeof CallbacksReplay>,
    lines: readonly string[] | null,
    signal: AbortSignal,
  ): Promise<Outcome<Result>> {
    const dryRun = Boolean(flags['dry-run']);
    const done = dryRun ? ('planned' as const) : ('ok' as const);
    const progress = startProgress({ label: 'Queueing callbacks' });
    const options = { dryRun, signal, onProgress: progress.update.bind(progress) };
    return this.withApp(flags, async (app) => {
      if (lines !== null) {
        const { replayListedCallbacks } = await import('../../lib/callbacks/replay-listed-callbacks.ts');
        const serviceId = flags.service ?? null;
        const checkpoint = flags.file === '-' ? null : checkpointOf(flags.file!, lines, `callbacks ${serviceId}`);
        const skip = flags.resume ? await checkpoint!.read() : 0;
        const onPage = dryRun || checkpoint === null ? undefined : checkpoint.write.bind(checkpoint);
        const replayed = await replayListedCallbacks(app, {
          lines,
          serviceId,
          skip,
          ...(onPage !== undefined && { onPage }),
          ...options,
        });
        const isComplete = skip + replayed.length >= lines.length;
        if (!dryRun && isComplete) await checkpoint?.remove();
        const counts = countBy(replayed.map(({ outcome }) => outcome));
        const isPartial = replayed.some(({ outcome }) => outcome === 'unknown' || outcome === 'unconfigured');
        return {
          status: isPartial ? ('partial' as const) : done,
          result: { counts, lines: replayed, last: null, dry_run: dryRun },
        };
      }
      const { replayCallbacks } = await import('../../lib/callbacks/replay-callbacks.ts');
      const { counts, last, isComplete } = await replayCallbacks(app, {
        serviceId: flags.service!,
        types: (flags.type ?? callbackTypes) as readonly CallbackType[],
        since: flags.since ?? null,
        until: flags.until ?? null,
        failedOnly: Boolean(flags['failed-only']),
        ...options,
      });
      if (!isComplete && last !== null) this.notice(`The same command with --since ${last.toISOString()} goes on.`);
      return { status: done, result: { counts, lines: [], last: last?.toISOString() ?? null, dry_run: dryRun } };
    }).finally(() => progress.stop());
  }

  protected render({ counts, lines, dry_run }: Result): string {
    if (lines.length > 0) return lines.map(({ message }) => message).join('\n');
    const parts = Object.entries(counts).filter(([, count]) => count > 0);
    if (parts.length === 0) return 'Nothing to replay.';
    const list = parts.map(([outcome, count]) => `${count} ${outcome}`).join(', ');
    return dry_run ? `Would be: ${list}` : list;
  }
}

function countBy(outcomes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
