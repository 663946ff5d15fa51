import { json, oneOf, wordList } from './key.ts';

/** The keys of what providers post: receipts and received texts. */
export const receiptKeys = {
  mmgInboundUsernames: secrets({
    env: ['NOTIFY_MMG_INBOUND_USERNAMES', 'MMG_INBOUND_SMS_USERNAME'],
    help: 'User names that MMG may show with received texts. Without any, none is taken.',
  }),
  mmgInboundPasswords: secrets({
    env: ['NOTIFY_MMG_INBOUND_PASSWORDS', 'MMG_INBOUND_SMS_AUTH'],
    help: 'Passwords that MMG may show with received texts. Without any, none is taken.',
  }),
  firetextInboundPasswords: secrets({
    env: ['NOTIFY_FIRETEXT_INBOUND_PASSWORDS', 'FIRETEXT_INBOUND_SMS_AUTH'],
    help: "Passwords that Firetext may show, as the user 'notify', with received texts. Without any, none is taken.",
  }),
  sesTopicArns: wordList({
    env: ['NOTIFY_SES_TOPIC_ARNS'],
    default: [],
    defaultText: 'every topic that Amazon SNS signs for, also of other accounts',
    help: 'Topics of Amazon SNS whose messages about emails count. Name yours where the server is on the internet.',
  }),
  snsVerification: oneOf({
    env: ['NOTIFY_SNS_VERIFICATION'],
    default: 'on',
    choices: ['on', 'off'],
    help: 'Whether messages of Amazon SNS must be signed by it; off is for tests.',
  }),
};

/** Secrets of which any may be shown, so that they can be changed one after the other. */
function secrets({ env, help }: { env: readonly [string, ...string[]]; help: string }) {
  const shape = '["text", …]';
  return json<readonly string[]>({
    env,
    default: [],
    defaultText: 'none',
    secret: true,
    shape,
    read(value) {
      if (!Array.isArray(value) || !value.every((text) => typeof text === 'string' && text !== '')) {
        throw new Error(`expected a JSON list ${shape}`);
      }
      return value as readonly string[];
    },
    help,
  });
}
