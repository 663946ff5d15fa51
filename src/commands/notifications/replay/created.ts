import type { App } from '../../../lib/app.ts';
import type { Outcome } from '../../../lib/cli/base-command.ts';
import { ReplayCommand, replayFlags, type ReplayCommandResult } from '../../../lib/cli/replay-command.ts';
import {
  replayAges,
  type ReplayFilter,
  type ReplayOptions,
  type ReplayResult,
} from '../../../lib/notifications/replay.ts';

export default class NotificationsReplayCreated extends ReplayCommand {
  static override summary = 'Queue messages again that were accepted and never handed over.';
  static override description = `Takes messages in created, by default those accepted an hour to seven days ago; the schedule does the same every 15 minutes. A message whose delivery job waits, for a retry too, or runs is left to that job, so that nothing is sent twice.
Letters (--type letter) get their PDF if they have none. Interrupted, the same command goes on. Exit status: 0 done, also with nothing to do; 2 wrong flags, 4 not confirmed.`;
  static override examples = [
    '<%= config.bin %> notifications replay created --dry-run',
    '<%= config.bin %> notifications replay created --type email --older-than 4h --max-age 2d --yes',
  ];
  static override flags = replayFlags;

  protected readonly olderThanMs = replayAges.olderThanMs;

  protected async execute(): Promise<Outcome<ReplayCommandResult>> {
    const { flags } = await this.parse(NotificationsReplayCreated);
    return this.replayWith(flags);
  }

  protected async replay(app: App, filter: ReplayFilter, options: ReplayOptions): Promise<ReplayResult> {
    const { replayCreated } = await import('../../../lib/notifications/replay-created.ts');
    return replayCreated(app, filter, options);
  }
}
