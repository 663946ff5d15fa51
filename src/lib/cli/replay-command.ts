import { Flags } from '@oclif/core';
import type { App } from '../app.ts';
import { counted } from '../core/counted.ts';
import { AppError } from '../core/errors.ts';
import { replayAges, type ReplayFilter, type ReplayOptions, type ReplayResult } from '../notifications/replay.ts';
import { templateTypes, type TemplateType } from '../templates/template.ts';
import { BaseCommand, type Outcome, type ParsedFlags } from './base-command.ts';
import { dryRunFlag, uuidFlag, yesFlag } from './flags.ts';
import { interruptible } from './interruptible.ts';
import { startProgress } from './progress.ts';
import { table } from './table.ts';
import { durationFlag, timeFlag } from './time-flags.ts';

export interface ReplayCommandResult {
  /** Put back on their queues, by type; with --dry-run, those that would be. */
  readonly replayed: Readonly<Record<string, number>>;
  /** Left to the job that waits or runs for them, by type. */
  readonly live: Readonly<Record<string, number>>;
  readonly since: string;
  readonly until: string;
  readonly dry_run: boolean;
}

export const replayFlags = {
  type: Flags.string({
    summary: 'Only this type, repeatable; sms and email without it.',
    options: templateTypes,
    multiple: true,
    multipleNonGreedy: true,
  }),
  service: uuidFlag({ summary: 'Only messages of this service.' }),
  id: uuidFlag({ summary: 'Only this message, repeatable.', multiple: true, multipleNonGreedy: true }),
  'older-than': durationFlag({ summary: 'Only messages accepted longer ago than this.', exclusive: ['until'] }),
  'max-age': durationFlag({
    summary: 'Only messages accepted no longer ago than this.',
    exclusive: ['since'],
    defaultHelp: async () => '7d',
  }),
  since: timeFlag({ summary: 'Only messages accepted at this time or later.' }),
  until: timeFlag({ summary: 'Only messages accepted at this time or before.' }),
  limit: Flags.integer({ summary: 'How many at most, oldest first.', min: 1 }),
  'dry-run': dryRunFlag,
  yes: yesFlag,
};

type Flagged = ParsedFlags<{ flags: typeof replayFlags }>;

/** `notifications replay …`: shows or asks, then replays. */
export abstract class ReplayCommand extends BaseCommand<ReplayCommandResult> {
  /** Milliseconds that a message is left alone, without `--older-than`. */
  protected abstract readonly olderThanMs: number;

  protected abstract replay(app: App, filter: ReplayFilter, options: ReplayOptions): Promise<ReplayResult>;

  protected async replayWith(flags: Flagged): Promise<Outcome<ReplayCommandResult>> {
    const dryRun = Boolean(flags['dry-run']);
    return interruptible(
      (signal) =>
        this.withApp(flags, async (app) => {
          const filter = toFilter(flags, app.clock.now(), this.olderThanMs);
          const limit = flags.limit ?? null;
          let result = await this.replay(app, filter, { limit, dryRun: true, signal });
          const total = sum(result);
          if (!dryRun && total > 0) {
            await this.confirm(`Replay ${describe(result)}?`, flags);
            const progress = startProgress({ label: 'Replaying' });
            const onProgress = (done: number): void => progress.update(done, total);
            result = await this.replay(app, filter, { limit, signal, onProgress }).finally(() => progress.stop());
          }
          return {
            status: dryRun ? ('planned' as const) : ('ok' as const),
            result: {
              replayed: countsOf(result, 'replayed'),
              live: countsOf(result, 'live'),
              since: filter.since.toISOString(),
              until: filter.until.toISOString(),
              dry_run: dryRun,
            },
          };
        }),
      {
        notice: (line) => this.notice(line),
        afterwards: 'What was replayed stays so; the same command goes on with the rest.',
      },
    );
  }

  protected render({ replayed, live, dry_run }: ReplayCommandResult): string {
    const rows = Object.keys(replayed)
      .filter((type) => replayed[type]! > 0 || live[type]! > 0)
      .map((type) => ({
        type,
        [dry_run ? 'would be replayed' : 'replayed']: replayed[type]!,
        'left to a live job': live[type]!,
      }));
    return rows.length === 0 ? 'Nothing to replay.' : table(rows);
  }
}

/** @throws AppError USAGE_INVALID when no time is left between both ends */
function toFilter(flags: Flagged, now: Date, olderThanMs: number): ReplayFilter {
  const ids = flags.id ?? [];
  // Whoever names messages means them, whatever their age.
  const oldest =
    ids.length > 0 && flags['max-age'] === undefined ? now.getTime() : (flags['max-age'] ?? replayAges.maxAgeMs);
  const youngest = flags['older-than'] ?? olderThanMs;
  const since = flags.since ?? new Date(now.getTime() - oldest);
  const until = flags.until ?? new Date(now.getTime() - youngest);
  if (since >= until) {
    throw new AppError(
      'USAGE_INVALID',
      `No time is left: messages would have to be accepted after ${since.toISOString()} and before ${until.toISOString()}`,
      { hint: '--max-age must be longer than --older-than, and --since before --until.' },
    );
  }
  return {
    types: (flags.type ?? ['sms', 'email']) as TemplateType[],
    serviceId: flags.service ?? null,
    ids,
    since,
    until,
  };
}

function countsOf(result: ReplayResult, which: 'replayed' | 'live'): Record<string, number> {
  return Object.fromEntries(Object.entries(result).map(([type, counts]) => [type, counts[which]]));
}

function sum(result: ReplayResult): number {
  return Object.values(result).reduce((total, { replayed }) => total + replayed, 0);
}

function describe(result: ReplayResult): string {
  const parts = Object.entries(result)
    .filter(([, { replayed }]) => replayed > 0)
    .map(([type, { replayed }]) => `${replayed} ${type}`);
  return `${counted(sum(result), 'message')} (${parts.join(', ')})`;
}
