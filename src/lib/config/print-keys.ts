import { absolutePath, custom, idList, oneOf, text, url, wordList } from './key.ts';

/** The keys of the print provider (letters sheet §19). */
export const printKeys = {
  printSftpUrl: url<string | null>({
    env: ['NOTIFY_PRINT_SFTP_URL'],
    default: null,
    defaultText: 'no SFTP',
    protocols: ['sftp'],
    secret: true,
    help: 'SFTP server of the print provider, e.g. sftp://user:password@sftp.example:22/notify. The path begins in the login folder, with // at its front at the root.',
  }),
  printSftpKey: text<string | null>({
    env: ['NOTIFY_PRINT_SFTP_KEY'],
    default: null,
    defaultText: 'the password of the URL',
    secret: true,
    help: 'Private key for the SFTP server, without a passphrase.',
  }),
  printSftpHostKey: custom<readonly string[] | 'any' | null>('comma-separated fingerprints or any', {
    env: ['NOTIFY_PRINT_SFTP_HOST_KEY'],
    default: null,
    defaultText: 'none: no server is believed',
    read: readHostKeys,
    help: "Fingerprints of the SFTP server's host keys, such as SHA256:…, as ssh-keygen -l shows them; any believes every server, for tests.",
  }),
  printFolder: absolutePath<string | null>({
    env: ['NOTIFY_PRINT_FOLDER'],
    default: null,
    defaultText: "without SFTP, 'outbox' in the state folder",
    help: 'Folder that zips of letters are written to, in place of an SFTP server.',
  }),
  printResponses: oneOf({
    env: ['NOTIFY_PRINT_RESPONSES'],
    default: 'off',
    choices: ['off', 'storage'],
    help: "Whether files that the print provider is reported to have written are read, from 'print-responses' of the storage.",
  }),
  printTopicArns: wordList({
    env: ['NOTIFY_PRINT_TOPIC_ARNS'],
    default: [],
    defaultText: 'every topic that Amazon SNS signs for, also of other accounts',
    help: "Topics of Amazon SNS whose messages about the print provider's files count.",
  }),
  printVolumeAddresses: wordList({
    env: ['NOTIFY_PRINT_VOLUME_ADDRESSES', 'DVLA_EMAIL_ADDRESSES'],
    default: [],
    defaultText: 'nobody',
    help: 'Email addresses that are told how many letters a print run has.',
  }),
  printVolumeTemplate: idList({
    env: ['NOTIFY_PRINT_VOLUME_TEMPLATE', 'LETTERS_VOLUME_EMAIL_TEMPLATE_ID'],
    default: [],
    defaultText: 'none',
    help: 'Id of the email template of that report; docs/letters.md lists its placeholders.',
  }),
};

function readHostKeys(value: string): readonly string[] | 'any' {
  if (value === 'any') return 'any';
  const keys = value.split(',').map((key) => key.trim().replace(/=+$/, ''));
  if (!keys.every((key) => /^SHA256:[A-Za-z0-9+/]{43}$/.test(key)))
    throw new Error("expected fingerprints such as SHA256:… of 43 characters, separated by commas, or 'any'");
  return keys;
}
