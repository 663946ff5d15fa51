import { Type, type Static } from 'typebox';

/**
 * Bodies of `POST /v2/notifications/{sms|email}`. The order of the properties decides the order of error messages
 * (public API sheet §4.1).
 */

export const uuid = (): ReturnType<typeof Type.String> => Type.String({ format: 'notify-uuid' });
export const reference = (): ReturnType<typeof Type.String> => Type.String({ maxLength: 1000 });
export const personalisation = (): ReturnType<typeof Type.Object> => Type.Object({}, { additionalProperties: true });
const scheduledFor = Type.Union([Type.String({ format: 'notify-schedule' }), Type.Null()]);

export const smsRequest = Type.Object(
  {
    reference: Type.Optional(reference()),
    phone_number: Type.String({ format: 'notify-phone' }),
    template_id: uuid(),
    personalisation: Type.Optional(personalisation()),
    scheduled_for: Type.Optional(scheduledFor),
    sms_sender_id: Type.Optional(uuid()),
  },
  { additionalProperties: false, title: 'POST v2/notifications/sms' },
);
export type SmsRequest = Static<typeof smsRequest>;

export const emailRequest = Type.Object(
  {
    reference: Type.Optional(reference()),
    email_address: Type.String({ format: 'notify-email' }),
    template_id: uuid(),
    personalisation: Type.Optional(personalisation()),
    scheduled_for: Type.Optional(scheduledFor),
    email_reply_to_id: Type.Optional(uuid()),
    one_click_unsubscribe_url: Type.Optional(Type.String({ format: 'notify-https-url' })),
    sanitise_content_for: Type.Optional(Type.Union([Type.Array(Type.Unknown()), Type.Null()])),
  },
  { additionalProperties: false, title: 'POST v2/notifications/email' },
);
export type EmailRequest = Static<typeof emailRequest>;
