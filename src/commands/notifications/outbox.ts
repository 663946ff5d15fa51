import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidFlag } from '../../lib/cli/flags.ts';
import { table } from '../../lib/cli/table.ts';
import { AppError } from '../../lib/core/errors.ts';

interface Row {
  readonly id: string;
  readonly notification_id: string;
  readonly type: string;
  readonly to: string;
  readonly from: string | null;
  readonly reply_to: string | null;
  readonly subject: string | null;
  readonly content: string;
  readonly sent_at: string;
}

export default class NotificationsOutbox extends BaseCommand<readonly Row[]> {
  static override summary = 'Show what the sandbox providers were given, oldest first.';
  static override description =
    'The sandbox keeps messages for seven days instead of sending them. The admin port has the same at /sandbox/messages.';
  static override examples = [
    '<%= config.bin %> notifications outbox --to 07700900100',
    '<%= config.bin %> notifications outbox --since 2026-01-31T12:00:00Z --json',
  ];
  static override flags = {
    to: Flags.string({ summary: 'Only to this recipient.', helpValue: 'RECIPIENT' }),
    notification: uuidFlag({ summary: 'Only for this message.' }),
    since: Flags.string({ summary: 'Only since this time.', helpValue: 'TIME' }),
    limit: Flags.integer({ summary: 'The newest so many.', default: 100, min: 1, max: 10_000 }),
  };

  protected async execute(): Promise<Outcome<readonly Row[]>> {
    const { flags } = await this.parse(NotificationsOutbox);
    const since = flags.since === undefined ? null : new Date(flags.since);
    if (since !== null && Number.isNaN(since.getTime())) {
      throw new AppError('USAGE_INVALID', `--since is '${flags.since}': expected a time such as 2026-01-31T12:00:00Z`);
    }
    return this.withApp(flags, async (app) => {
      const { readSandboxOutbox } = await import('../../lib/providers/read-sandbox-outbox.ts');
      const messages = await readSandboxOutbox(app, {
        to: flags.to ?? null,
        since,
        notificationId: flags.notification ?? null,
        limit: flags.limit,
      });
      return {
        result: messages.map(({ id, notificationId, type, to, from, replyTo, subject, content, sentAt }) => ({
          id,
          notification_id: notificationId,
          type,
          to,
          from,
          reply_to: replyTo,
          subject,
          content,
          sent_at: sentAt.toISOString(),
        })),
      };
    });
  }

  protected render(rows: readonly Row[]): string {
    if (rows.length === 0) return 'The outbox holds no such messages.';
    return table(
      rows.map(({ sent_at, type, to, subject, content, notification_id }) => ({
        sent_at,
        type,
        to,
        text: excerpt(subject ?? content),
        notification_id,
      })),
    );
  }
}

function excerpt(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
