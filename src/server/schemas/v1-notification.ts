import { Type, type TSchema } from 'typebox';
import { notificationStatuses, statusFilters } from '../../lib/notifications/notification-status.ts';
import { templateTypes } from '../../lib/templates/template.ts';
import { instant, nullable, uuid } from './notification-response.ts';

/**
 * Requests and answers of version 1 (public API sheet §15), for the document only: requests are held against
 * `v1-rules.ts`, which has the words of version 1, and nothing is cut from answers.
 */

const oneOf = (values: readonly string[]): TSchema => Type.Unsafe({ type: 'string', enum: [...values] });

const template = uuid();
const personalisation = Type.Optional(Type.Object({}, { additionalProperties: true }));

export const v1SmsRequest = Type.Object(
  { to: Type.String({ format: 'notify-phone' }), template, personalisation },
  { title: 'POST notifications/sms' },
);

export const v1EmailRequest = Type.Object(
  { to: Type.String({ format: 'notify-email' }), template, personalisation },
  { title: 'POST notifications/email' },
);

const accepted = {
  template_version: Type.Integer({ minimum: 1 }),
  notification: Type.Object({ id: uuid('Ask for the notification with it.') }),
  body: Type.String({ description: 'With its placeholders filled.' }),
};
const acceptedDescription = 'Accepted: the message is stored and will be sent.';

/** The 201 of a text message. */
export const v1SmsAnswer = Type.Object({ data: Type.Object(accepted) }, { description: acceptedDescription });

/** The 201 of an email. */
export const v1EmailAnswer = Type.Object(
  { data: Type.Object({ ...accepted, subject: Type.String() }) },
  { description: acceptedDescription },
);

const v1Notification = Type.Object(
  {
    id: uuid(),
    to: Type.String({ description: 'As sent.' }),
    status: oneOf(notificationStatuses),
    notification_type: oneOf(templateTypes),
    created_at: instant('When it was accepted.'),
    sent_at: nullable(instant('When a provider took it.')),
    sent_by: nullable(Type.String({ description: 'The provider.' })),
    updated_at: nullable(instant('When its status changed last.')),
    billable_units: Type.Integer(),
    reference: nullable(Type.String({ description: 'The provider’s.' })),
    template_version: Type.Integer({ minimum: 1 }),
    job_row_number: nullable(Type.Integer()),
    api_key: nullable(uuid()),
    job: nullable(Type.Object({ id: uuid(), original_file_name: Type.String() })),
    service: uuid(),
    template: Type.Object({
      id: uuid(),
      name: Type.String(),
      template_type: oneOf(templateTypes),
      version: Type.Integer({ minimum: 1 }),
    }),
    body: Type.String(),
    subject: Type.Optional(Type.String({ description: 'Absent for a text message.' })),
    content_char_count: nullable(Type.Integer({ description: 'Of a text message.' })),
  },
  { description: 'A notification as it is now.' },
);

/** The 200 of one notification. */
export const v1NotificationAnswer = Type.Object(
  { data: Type.Object({ notification: v1Notification }) },
  { description: 'The notification.' },
);

/** The query of the list. */
export const v1ListQuery = Type.Object({
  template_type: Type.Optional(Type.Array(oneOf(templateTypes), { description: 'May be repeated.' })),
  status: Type.Optional(
    Type.Array(oneOf(statusFilters), {
      description:
        'May be repeated. `failed` stands for every failure, `accepted` for created and sending, `received` for delivered.',
    }),
  ),
  page: Type.Optional(Type.Integer({ minimum: 1, default: 1 })),
  page_size: Type.Optional(Type.Integer({ minimum: 1, default: 250, description: 'More than 250 counts as 250.' })),
  limit_days: Type.Optional(
    Type.Integer({ description: 'Only what was created since this many London midnights ago, 0 being today’s.' }),
  ),
  include_jobs: Type.Optional(Type.Boolean({ description: 'Also what was sent by files.' })),
});

const path = (description: string): TSchema => Type.Optional(Type.String({ description }));

/** The 200 of a list. */
export const v1NotificationListAnswer = Type.Object(
  {
    notifications: Type.Array(v1Notification, { maxItems: 250 }),
    page_size: Type.Integer({ minimum: 1, maximum: 250 }),
    total: Type.Integer({ minimum: 0, description: 'On all pages.' }),
    links: Type.Object({
      prev: path('Path of the page of newer ones.'),
      next: path('Path of the page of older ones.'),
      last: path('Path of the last page; only where there is a next one.'),
    }),
  },
  { description: 'A page of notifications, the newest first.' },
);
