import type { App } from '../../../lib/app.ts';
import type { Outcome } from '../../../lib/cli/base-command.ts';
import { ReplayCommand, replayFlags, type ReplayCommandResult } from '../../../lib/cli/replay-command.ts';
import type { ReplayFilter, ReplayOptions, ReplayResult } from '../../../lib/notifications/replay.ts';

export default class NotificationsReplayFailed extends ReplayCommand {
  static override summary = 'Send messages that ended as technical-failure.';
  static override description = `They become created again and are queued, by default those accepted in the last seven days. Delivered and sent messages, and those that a provider failed for good or for now, are refused. Letters only with --type letter.
Interrupted, the same command goes on. Exit status: 0 done, also with nothing to do; 2 wrong flags, 4 not confirmed or refused, 5 no such message.`;
  static override examples = [
    '<%= config.bin %> notifications replay failed --since 2026-01-31T12:00:00Z --dry-run',
    '<%= config.bin %> notifications replay failed --service 018f2f6e-7c1a-7000-8000-000000000000 --limit 10 --yes',
  ];
  static override flags = replayFlags;

  protected readonly olderThanMs = 0;

  protected async execute(): Promise<Outcome<ReplayCommandResult>> {
    const { flags } = await this.parse(NotificationsReplayFailed);
    return this.replayWith(flags);
  }

  protected async replay(app: App, filter: ReplayFilter, options: ReplayOptions): Promise<ReplayResult> {
    const { replayFailed } = await import('../../../lib/notifications/replay-failed.ts');
    return replayFailed(app, filter, options);
  }
}
