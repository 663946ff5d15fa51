import { absolutePath, baseUrl, custom, idList, integer, oneOf, text, url, wordList } from './key.ts';

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
  printApiUrl: baseUrl({
    env: ['NOTIFY_PRINT_API_URL'],
    default: null,
    defaultText: 'letters go in zips',
    help: 'Base URL of the HTTP API of a print provider, which then gets letters one by one, in place of zips.',
  }),
  printApiUser: text<string | null>({
    env: ['NOTIFY_PRINT_API_USER'],
    default: null,
    defaultText: 'no API',
    help: "User name for the print provider's API.",
  }),
  printApiPassword: text<string | null>({
    env: ['NOTIFY_PRINT_API_PASSWORD'],
    default: null,
    defaultText: 'no API',
    secret: true,
    help: "Password for the print provider's API.",
  }),
  printApiKey: text<string | null>({
    env: ['NOTIFY_PRINT_API_KEY'],
    default: null,
    defaultText: 'no API',
    secret: true,
    help: "Key of the print provider's API, which goes with every letter.",
  }),
  printApiConcurrency: integer({
    env: ['NOTIFY_PRINT_API_CONCURRENCY'],
    default: 10,
    min: 1,
    max: 200,
    help: "Letters that one process gives the print provider's API at the same time.",
  }),
  printCallbackUrl: baseUrl({
    env: ['NOTIFY_PRINT_CALLBACK_URL'],
    default: null,
    defaultText: 'NOTIFY_PUBLIC_URL',
    help: 'Base URL of this server for the print provider, which posts there what became of letters.',
  }),
  printResponses: oneOf({
    env: ['NOTIFY_PRINT_RESPONSES'],
    default: 'off',
    choices: ['off', 'storage', 'server'],
    help: "Whether files that the print provider wrote are read: those it is reported to have put under 'print-responses' of the storage, or what is found on the server or in the folder that zips go to.",
  }),
  printResponseFolders: wordList({
    env: ['NOTIFY_PRINT_RESPONSE_FOLDERS'],
    default: ['dispatch'],
    help: 'Folders of that server in which its responses and acknowledgements are looked for, below the login folder or absolute.',
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
