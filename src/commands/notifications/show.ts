import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidArg } from '../../lib/cli/flags.ts';
import { facts } from '../../lib/cli/table.ts';

interface Rendered {
  readonly subject: string | null;
  readonly text: string;
  readonly html: string | null;
  readonly fragment_count: number | null;
}

interface Result {
  readonly id: string;
  readonly service_id: string;
  readonly type: string;
  readonly status: string;
  readonly to: string;
  readonly key_type: string;
  readonly template: { readonly id: string; readonly version: number };
  readonly reference: string | null;
  readonly provider_reference: string | null;
  readonly sent_by: string | null;
  readonly billable_units: number;
  readonly created_at: string;
  readonly sent_at: string | null;
  readonly updated_at: string | null;
  readonly rendered?: Rendered;
}

export default class NotificationsShow extends BaseCommand<Result> {
  static override summary = 'Show one message.';
  static override examples = ['<%= config.bin %> notifications show 018f2f6e-7c1a-7000-8000-000000000000 --rendered'];
  static override args = { id: uuidArg({ description: 'id of the message', required: true }) };
  static override flags = { rendered: Flags.boolean({ summary: 'With the message itself, as the provider gets it.' }) };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(NotificationsShow);
    return this.withApp(flags, async (app) => {
      const { renderNotification, showNotification } = await import('../../lib/notifications/show-notification.ts');
      const notification = await showNotification(app, { notificationId: args.id });
      const result: Result = {
        id: notification.id,
        service_id: notification.serviceId,
        type: notification.notificationType,
        status: notification.status,
        to: notification.to,
        key_type: notification.keyType,
        template: { id: notification.templateId, version: notification.templateVersion },
        reference: notification.clientReference,
        provider_reference: notification.reference,
        sent_by: notification.sentBy,
        billable_units: notification.billableUnits,
        created_at: notification.createdAt.toISOString(),
        sent_at: notification.sentAt?.toISOString() ?? null,
        updated_at: notification.updatedAt?.toISOString() ?? null,
      };
      if (!flags.rendered) return { result };
      const { subject, text, html, fragmentCount } = await renderNotification(app, notification);
      return { result: { ...result, rendered: { subject, text, html, fragment_count: fragmentCount } } };
    });
  }

  protected render({ template, rendered, ...values }: Result): string {
    const head = facts({ ...values, template: `${template.id} version ${template.version}` });
    if (rendered === undefined) return head;
    return `${head}\n\n${rendered.subject === null ? '' : `Subject: ${rendered.subject}\n\n`}${rendered.text}`;
  }
}
