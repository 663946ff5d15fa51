/** What providers post and are answered, for the document: their bodies are read by rules of their own. */
import { Type } from 'typebox';

const text = (description: string) => Type.String({ description });
const optional = (description: string) => Type.Optional(text(description));
const textOrNumber = (description: string) => Type.Union([Type.String(), Type.Number()], { description });

const reference = 'The id of the notification.';
const time = 'When it happened: as `2016-07-05 17:01:07`, in London unless it has an offset.';

export const mmgReceipt = Type.Object({
  CID: text(reference),
  status: textOrNumber('2 to 5; any other ends the message as `technical-failure`.'),
  substatus: Type.Optional(textOrNumber('Why.')),
  deliverytime: optional(time),
});

export const firetextReceipt = Type.Object({
  reference: text(reference),
  status: text('0 delivered, 1 failed, 2 pending.'),
  code: optional('Why it failed: decides whether for good.'),
  time: optional(time),
});

export const snsEnvelope = Type.Object(
  {
    Type: optional('`Notification`, `SubscriptionConfirmation` or `UnsubscribeConfirmation`.'),
    Message: optional('JSON of SES: `notificationType`, `mail`, and `bounce`, `delivery` or `complaint`.'),
    MessageId: Type.Optional(Type.String()),
    TopicArn: Type.Optional(Type.String()),
    Timestamp: Type.Optional(Type.String()),
    SubscribeURL: optional('Is fetched, when it is of SNS.'),
    SignatureVersion: optional('1 or 2.'),
    Signature: Type.Optional(Type.String()),
    SigningCertURL: Type.Optional(Type.String()),
  },
  { description: 'An envelope of Amazon SNS.' },
);

export const mmgReceivedText = Type.Object({
  Number: text('The number that it was sent to.'),
  MSISDN: text('Who sent it.'),
  Message: text('The text, URL-encoded and with backslash escapes.'),
  ID: textOrNumber("MMG's own id."),
  DateRecieved: optional('When it was sent, in UTC, URL-encoded.'),
});

export const firetextReceivedText = Type.Object({
  destination: text('The number that it was sent to.'),
  source: text('Who sent it.'),
  message: text('The text.'),
  time: text('When it was sent, in UTC.'),
});

export const receiptAnswer = Type.Object(
  { result: Type.Literal('success') },
  { description: 'The receipt will be recorded.' },
);

export const sesAnswer = Type.Object(
  { result: Type.Literal('success'), message: Type.Literal('SES callback succeeded') },
  { description: 'It will be recorded; also when no email is known to it.' },
);

export const printAnswer = Type.Object(
  { result: Type.Literal('success'), message: Type.Literal('DVLA callback succeeded') },
  { description: 'It will be read; also when it is no file of responses.' },
);

const property = Type.Object({ key: Type.String(), value: textOrNumber('Its value.') });
const despatchHelp =
  'With DESPATCHED: `totalSheets`, `postageClass` (1ST, 2ND or INTERNATIONAL) and `mailingProduct`; an object of them will do.';

export const printStatus = Type.Object({
  id: text("The provider's own id of the message."),
  time: text('When it was written.'),
  data: Type.Object({
    jobId: text('The id of the notification.'),
    jobStatus: text('DESPATCHED or REJECTED.'),
    transitionDate: text('When it came about, as `2026-01-30T13:15:12Z`.'),
    despatchProperties: Type.Optional(
      Type.Union([Type.Array(property), Type.Object({}, { additionalProperties: true })], {
        description: despatchHelp,
      }),
    ),
  }),
  metadata: Type.Object({ correlationId: text("The provider's.") }),
});

export const receivedTextAnswer = Type.Object({ status: Type.Literal('ok') }, { description: 'It was taken.' });

export const receiptProblems = Type.Object(
  {
    result: Type.Literal('error'),
    message: Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })], {
      description: 'What is wrong with the body.',
    }),
  },
  { description: 'The body cannot be read.' },
);
