import { Type, type TSchema } from 'typebox';
import { notificationStatuses } from '../../lib/notifications/notification-status.ts';
import { ukPostages } from '../../lib/letters/postage.ts';
import { templateTypes } from '../../lib/templates/template.ts';
import { component } from './error-responses.ts';

/** The answers about notifications (public API sheet §4.3 and §7), for the document only: nothing is cut to fit them. */

export const nullable = (schema: TSchema): TSchema => Type.Union([schema, Type.Null()]);
export const uuid = (description?: string): TSchema =>
  Type.String({ format: 'uuid', ...(description !== undefined && { description }) });
export const instant = (description: string): TSchema => Type.String({ format: 'date-time', description });
const uri = (description?: string): TSchema =>
  Type.String({ format: 'uri', ...(description !== undefined && { description }) });
const oneOf = (values: readonly string[]): TSchema => Type.Unsafe({ type: 'string', enum: [...values] });

const text = Type.String();
const templateLink = Type.Object({ id: uuid(), version: Type.Integer({ minimum: 1 }), uri: uri() });

const commonAnswer = {
  id: uuid('Ask for the notification with it.'),
  reference: nullable(Type.String({ description: 'As sent.' })),
  uri: uri(),
  template: templateLink,
  scheduled_for: Type.Null(),
};

/** The 201 of a text message. */
export const smsAnswer = Type.Object(
  {
    ...commonAnswer,
    content: Type.Object({
      body: Type.String({ description: 'The text as it is sent.' }),
      from_number: Type.String({ description: 'The sender that phones show.' }),
    }),
  },
  { description: 'Accepted: the message is stored and will be sent.' },
);

/** The 201 of an email. */
export const emailAnswer = Type.Object(
  {
    ...commonAnswer,
    content: Type.Object({
      body: Type.String({ description: 'The body with its placeholders filled; Markdown is kept.' }),
      subject: text,
      from_email: Type.String({ format: 'email' }),
      one_click_unsubscribe_url: nullable(uri('As sent.')),
    }),
    sanitised_content: Type.Unsafe({
      type: 'object',
      additionalProperties: Type.Object({ unsanitised: text, sanitised: text }),
      description: 'What `sanitise_content_for` changed, by the key of the personalisation.',
    }),
  },
  { description: 'Accepted: the message is stored and will be sent.' },
);

/** The 201 of a letter made from a template. */
export const letterAnswer = Type.Object(
  {
    ...commonAnswer,
    content: Type.Object({
      body: Type.String({ description: 'The body with its placeholders filled; Markdown is kept.' }),
      subject: Type.String({ description: 'Escaped as HTML.' }),
    }),
  },
  { description: 'Accepted: the letter is stored and will be made.' },
);

/** The 201 of a letter that came as a PDF. */
export const precompiledLetterAnswer = Type.Object(
  { id: uuid('Ask for the notification with it.'), reference: text, postage: oneOf(ukPostages) },
  { description: 'Accepted: the PDF is stored and will be checked.' },
);

/** A notification, alone and in lists: `components/schemas/Notification`. */
export const notification = Type.Object(
  {
    id: uuid(),
    reference: nullable(Type.String({ description: 'As sent.' })),
    email_address: nullable(Type.String({ description: 'Of an email.' })),
    phone_number: nullable(Type.String({ description: 'Of a text message, as sent.' })),
    line_1: nullable(text),
    line_2: nullable(text),
    line_3: nullable(text),
    line_4: nullable(text),
    line_5: nullable(text),
    line_6: nullable(text),
    postcode: nullable(text),
    type: oneOf(templateTypes),
    status: oneOf([...notificationStatuses, 'accepted', 'received']),
    template: templateLink,
    body: text,
    subject: nullable(Type.String({ description: 'Null for a text message.' })),
    created_at: instant('When it was accepted.'),
    created_by_name: nullable(Type.String({ description: 'Null for what was sent through the API.' })),
    sent_at: nullable(instant('When a provider took it.')),
    completed_at: nullable(instant('When it reached a final status.')),
    scheduled_for: Type.Null(),
    postage: nullable(Type.String({ description: 'Of a letter.' })),
    one_click_unsubscribe_url: nullable(uri()),
    cost_details: Type.Object(
      {
        billable_sms_fragments: Type.Optional(Type.Integer()),
        international_rate_multiplier: Type.Optional(Type.Number()),
        sms_rate: Type.Optional(Type.Number()),
        billable_sheets_of_paper: Type.Optional(Type.Integer()),
        postage: Type.Optional(nullable(text)),
      },
      { description: 'Empty for an email, and while the cost is not known.' },
    ),
    cost_in_pounds: nullable(Type.Number()),
    is_cost_data_ready: Type.Boolean(),
    estimated_delivery: Type.Optional(instant('Of a letter only.')),
  },
  { description: 'A notification as it is now.' },
);

/** The 200 of one notification. */
export const notificationAnswer = { description: 'The notification.', ...component('Notification') };

/** The 200 of a list of notifications. */
export const notificationListAnswer = Type.Object(
  {
    notifications: Type.Array(Type.Unsafe(component('Notification')), { maxItems: 250 }),
    links: Type.Object({
      current: uri('This page.'),
      next: Type.Optional(uri('The page of older ones; absent when this one is empty.')),
    }),
  },
  { description: 'Up to 250 notifications, the newest first.' },
);
