import type { TemplateType } from '../../templates/template.ts';
import type { CsvSummary } from './check-csv.ts';
import { recipientColumnsOf } from './csv-columns.ts';

/** Why a file cannot be sent, in the words of the site (jobs sheet §8, "File-level errors and precedence"). */
export interface CsvProblem {
  readonly kind: CsvProblemKind;
  readonly title: string;
  /** Sentences, or what follows "You need to:". */
  readonly messages: readonly string[];
}

export type CsvProblemKind =
  | 'unreadable'
  | 'too-many-rows'
  | 'no-rows'
  | 'no-recipient-columns'
  | 'duplicate-recipient-columns'
  | 'missing-columns'
  | 'already-sent-today'
  | 'row-errors'
  | 'recipients-not-allowed'
  | 'letters-in-trial-mode'
  | 'more-rows-than-can-send'
  | 'more-international-than-can-send';

/** What the words depend on beside the file. */
export interface CsvProblemContext {
  readonly templateType: TemplateType;
  readonly fileName: string;
  readonly maxRows: number;
  /** Trial mode. */
  readonly restricted: boolean;
  /** A file of this name was sent with this version of the template since midnight. */
  readonly sentToday: boolean;
  readonly remainingMessages: number | null;
  readonly remainingInternationalSms: number | null;
  /** Messages a day; null when it is not known. */
  readonly dailyLimit: number | null;
  readonly dailyInternationalLimit: number | null;
}

type Finder = (summary: CsvSummary, context: CsvProblemContext) => CsvProblem | null;

/** The first problem that applies, or null when the file can be sent. */
export function findCsvProblem(summary: CsvSummary, context: CsvProblemContext): CsvProblem | null {
  for (const find of finders) {
    const problem = find(summary, context);
    if (problem !== null) return problem;
  }
  return null;
}

const findTooManyRows: Finder = ({ tooManyRows, rowCount }, { maxRows }) =>
  tooManyRows
    ? problem('too-many-rows', 'Your file has too many rows', [
        `Notify can process up to ${count(maxRows)} rows at once. Your file has ${count(rowCount)} rows.`,
      ])
    : null;

const findNoRows: Finder = ({ rowCount, columns: { missing } }) => {
  if (rowCount > 0) return null;
  const columns = missing.length === 0 ? '' : `, and ${columnsCalled(missing)}`;
  return problem('no-rows', 'Your file is missing some rows', [`It needs at least one row of data${columns}.`]);
};

const badNames = 'There’s a problem with your column names';

const findNoRecipientColumns: Finder = ({ columns }, { templateType }) => {
  if (columns.hasRecipients) return null;
  const needed =
    templateType === 'letter'
      ? 'at least 3 address columns, for example ‘address line 1’, ‘address line 2’ and ‘address line 3’'
      : columnsCalled(recipientColumnsOf(templateType));
  const { headers } = columns;
  const present =
    headers.length === 1 ? `one column, called ${quoted(headers, 'and')}` : `columns called ${quoted(headers, 'and')}`;
  return problem('no-recipient-columns', badNames, [`Your file needs ${needed}.`, `Right now it has ${present}.`]);
};

const findDuplicateRecipients: Finder = ({ columns: { duplicateRecipients } }) =>
  duplicateRecipients.length > 0
    ? problem('duplicate-recipient-columns', badNames, [
        `We found more than one column called ${quoted(duplicateRecipients, 'or')}.`,
        'Delete or rename one of these columns and try again.',
      ])
    : null;

const findMissingColumns: Finder = ({ columns: { missing }, placeholders }) => {
  if (missing.length === 0) return null;
  const inTemplateOrder = placeholders.filter((name) => missing.includes(name));
  return problem('missing-columns', 'Your column names need to match the double brackets in your template', [
    `Your file is missing ${columnsCalled(inTemplateOrder)}.`,
  ]);
};

const findSentToday: Finder = (_summary, { sentToday }) =>
  sentToday
    ? problem('already-sent-today', 'These messages have already been sent today', [
        'If you need to resend them, rename the file and upload it again.',
      ])
    : null;

const findRowErrors: Finder = ({ counts }, { templateType, fileName }) => {
  const tasks = rowTasks(counts, templateType);
  if (tasks.length === 0) return null;
  return tasks.length === 1
    ? problem('row-errors', `There’s a problem with ${fileName}`, [`You need to ${tasks[0]!}.`])
    : problem('row-errors', `There are some problems with ${fileName}`, tasks);
};

/** What has to be done about the rows; each continues "You need to". */
export function rowTasks(counts: CsvSummary['counts'], templateType: TemplateType): string[] {
  const { hasBadRecipient, hasMissingData, messageTooLong, messageEmpty, qrCodeTooLong } = counts;
  const tasks: [number, string][] = [
    [hasBadRecipient, `fix ${many(hasBadRecipient, ...recipientWords[templateType])}`],
    [hasMissingData, `enter missing data in ${many(hasMissingData, 'row', 'rows')}`],
    [
      messageTooLong,
      `shorten the ${plural(messageTooLong, 'message in 1 row', `messages in ${count(messageTooLong)} rows`)}`,
    ],
    [
      messageEmpty,
      `check you have content for the empty ${plural(messageEmpty, 'message in 1 row', `messages in ${count(messageEmpty)} rows`)}`,
    ],
    [qrCodeTooLong, `enter fewer characters for the QR code links in ${many(qrCodeTooLong, 'row', 'rows')}`],
  ];
  return tasks.filter(([rows]) => rows > 0).map(([, task]) => task);
}

const findForbiddenRecipients: Finder = ({ allowedToSendTo, rowCount }, { templateType }) => {
  if (allowedToSendTo) return null;
  const [one, some] = recipientWords[templateType];
  return problem('recipients-not-allowed', `You cannot send to ${plural(rowCount, `this ${one}`, `these ${some}`)}`, [
    'In trial mode you can only send to yourself and members of your team',
  ]);
};

const findTrialLetters: Finder = ({ rowCount }, { templateType, restricted }) =>
  templateType === 'letter' && restricted
    ? problem('letters-in-trial-mode', `You cannot send ${plural(rowCount, 'this letter', 'these letters')}`, [
        'In trial mode you can only preview how your letters will look',
      ])
    : null;

const findTooManyMessages: Finder = ({ moreRowsThanCanSend, rowCount }, context) =>
  moreRowsThanCanSend
    ? problem(
        'more-rows-than-can-send',
        'Too many recipients',
        limitMessages(context, {
          limit: context.dailyLimit,
          remaining: context.remainingMessages,
          messages: messageWords[context.templateType],
          contents: many(rowCount, ...recipientWords[context.templateType]),
        }),
      )
    : null;

const findTooManyAbroad: Finder = ({ moreInternationalSmsThanCanSend, internationalSmsCount }, context) =>
  moreInternationalSmsThanCanSend
    ? problem(
        'more-international-than-can-send',
        'Too many international phone numbers',
        limitMessages(context, {
          limit: context.dailyInternationalLimit,
          remaining: context.remainingInternationalSms,
          messages: ['international text message', 'international text messages'],
          contents: many(internationalSmsCount, 'international phone number', 'international phone numbers'),
        }),
      )
    : null;

/** In the order in which they are looked for: the columns, then the rows, then what may be sent. */
const finders: readonly Finder[] = [
  findTooManyRows,
  findNoRows,
  findNoRecipientColumns,
  findDuplicateRecipients,
  findMissingColumns,
  findSentToday,
  findRowErrors,
  findForbiddenRecipients,
  findTrialLetters,
  findTooManyMessages,
  findTooManyAbroad,
];

type Words = readonly [one: string, several: string];

const recipientWords: Readonly<Record<TemplateType, Words>> = {
  sms: ['phone number', 'phone numbers'],
  email: ['email address', 'email addresses'],
  letter: ['address', 'addresses'],
};

const messageWords: Readonly<Record<TemplateType, Words>> = {
  sms: ['text message', 'text messages'],
  email: ['email', 'emails'],
  letter: ['letter', 'letters'],
};

function limitMessages(
  { restricted, fileName }: CsvProblemContext,
  input: { limit: number | null; remaining: number | null; messages: Words; contents: string },
): string[] {
  const { limit, messages, contents } = input;
  const remaining = Math.max(input.remaining ?? 0, 0);
  const where = restricted ? ' in trial mode' : '';
  const rule = limit === null ? [] : [`You can only send ${many(limit, ...messages)} per day${where}.`];
  const isNothingSent = limit !== null && remaining >= limit;
  const left = isNothingSent ? '' : `You can still send ${many(remaining, ...messages)} today, but `;
  return [...rule, `${left}‘${fileName}’ contains ${contents}.`];
}

function problem(kind: CsvProblemKind, title: string, messages: readonly string[]): CsvProblem {
  return { kind, title, messages };
}

function columnsCalled(names: readonly string[]): string {
  return `${plural(names.length, 'a column', 'columns')} called ${quoted(names, 'and')}`;
}

/** `‘a’, ‘b’ and ‘c’`. */
function quoted(names: readonly string[], conjunction: 'and' | 'or'): string {
  const marked = names.map((name) => `‘${name}’`);
  const last = marked.at(-1) ?? '';
  return marked.length <= 1 ? last : `${marked.slice(0, -1).join(', ')} ${conjunction} ${last}`;
}

function many(number: number, one: string, several: string): string {
  return `${count(number)} ${plural(number, one, several)}`;
}

function plural(number: number, one: string, several: string): string {
  return number === 1 ? one : several;
}

function count(number: number): string {
  return number.toLocaleString('en-GB');
}
