import { Flags } from '@oclif/core';
import { keyTypes, type KeyType } from '../../lib/api-keys/api-key.ts';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidFlag } from '../../lib/cli/flags.ts';
import { table } from '../../lib/cli/table.ts';
import { statusFilters, type StatusFilter } from '../../lib/notifications/notification-status.ts';
import { templateTypes, type TemplateType } from '../../lib/templates/template.ts';

interface Row {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly to: string;
  readonly reference: string | null;
  readonly key_type: string;
  readonly created_at: string;
  readonly sent_at: string | null;
  readonly updated_at: string | null;
}

export default class NotificationsList extends BaseCommand<readonly Row[]> {
  static override summary = 'List the messages of a service, newest first.';
  static override examples = [
    '<%= config.bin %> notifications list --service 018f2f6e-7c1a-7000-8000-000000000000 --status failed --limit 20',
    '<%= config.bin %> notifications list --service 018f2f6e-7c1a-7000-8000-000000000000 --to 07700900100 --json',
  ];
  static override flags = {
    service: uuidFlag({ summary: 'Service of the messages.', required: true }),
    type: Flags.string({
      summary: 'Only this type, repeatable.',
      options: templateTypes,
      multiple: true,
      multipleNonGreedy: true,
    }),
    status: Flags.string({
      summary: 'Only this status, repeatable; failed means every failure.',
      options: statusFilters,
      multiple: true,
      multipleNonGreedy: true,
    }),
    'key-type': Flags.string({ summary: 'Only messages made with this type of key.', options: keyTypes }),
    reference: Flags.string({ summary: "Only with this reference of the caller's." }),
    to: Flags.string({ summary: 'Only to this recipient.', helpValue: 'RECIPIENT' }),
    'older-than': uuidFlag({ summary: 'Only older than this message: the next page.' }),
    limit: Flags.integer({ summary: 'How many at most.', default: 50, min: 1, max: 10_000 }),
  };

  protected async execute(): Promise<Outcome<readonly Row[]>> {
    const { flags } = await this.parse(NotificationsList);
    return this.withApp(flags, async (app) => {
      const { listNotificationsForOperator } = await import('../../lib/notifications/list-notifications.ts');
      const page = await listNotificationsForOperator(app, {
        serviceId: flags.service,
        keyType: (flags['key-type'] as KeyType | undefined) ?? null,
        types: (flags.type ?? []) as TemplateType[],
        statuses: (flags.status ?? []) as StatusFilter[],
        clientReference: flags.reference ?? null,
        to: flags.to ?? null,
        olderThan: flags['older-than'] ?? null,
        limit: flags.limit,
      });
      return {
        result: page.map((notification) => ({
          id: notification.id,
          type: notification.notificationType,
          status: notification.status,
          to: notification.to,
          reference: notification.clientReference,
          key_type: notification.keyType,
          created_at: notification.createdAt.toISOString(),
          sent_at: notification.sentAt?.toISOString() ?? null,
          updated_at: notification.updatedAt?.toISOString() ?? null,
        })),
      };
    });
  }

  protected render(rows: readonly Row[]): string {
    if (rows.length === 0) return 'No such messages.';
    return table(
      rows.map(({ id, type, status, to, created_at, reference }) => ({ id, type, status, to, created_at, reference })),
    );
  }
}
