import { isPostage, defaultPostage } from '../letters/postage.ts';
import { letterRecipient, type LetterRecipient } from '../letters/accept-letter-steps.ts';
import { newLetterReference } from '../letters/letter-reference.ts';
import { deliveryJob, placeInJob, type AcceptedMessage } from '../notifications/accepted-message.ts';
import type { RecipientColumns } from '../notifications/notification-recipient.ts';
import type { NewNotification } from '../notifications/notification.ts';
import { normaliseEmailAddress } from '../recipients/email-address.ts';
import { validatePhoneNumber } from '../recipients/phone-number.ts';
import { parsePostalAddress } from '../recipients/postal-address.ts';
import { comparableRecipient } from '../recipients/recipient-comparison.ts';
import type { Service } from '../services/service.ts';
import { placeholderKey } from '../templates/placeholders.ts';
import { pythonText } from '../templates/python-text.ts';
import type { TemplateType } from '../templates/template.ts';
import { addressColumns } from '../recipients/csv/csv-columns.ts';
import type { JobSending } from './job-sending.ts';
import { rowPriority } from './job-tasks.ts';
import { recipientKeyOf, toText, type JobRow } from './read-job-rows.ts';

/**
 * Makes the message of a row (jobs sheet §6, save-sms, save-email, save-letter). Null for a recipient that a service in
 * trial mode may not send to: there is no notification then.
 */
export function toRowMessage(sending: JobSending, row: JobRow, now: Date): AcceptedMessage | null {
  const { job, service, template, allowed, idOfRow, replyToText } = sending;
  const type = template.templateType;
  const recipient = readRowRecipient(type, row, sending);
  if (allowed !== null && !allowed.has(comparableRecipient(recipient.to))) return null;
  const isRefused = recipient.normalisedTo === null || !row.hasMessage;
  const notification: NewNotification = {
    id: idOfRow(row.rowNumber),
    serviceId: service.id,
    notificationType: type,
    ...(recipient.normalisedTo === null ? invalidNumber(recipient.to) : recipient),
    templateId: template.id,
    templateVersion: job.templateVersion,
    apiKeyId: null,
    keyType: 'normal',
    jobId: job.id,
    jobRowNumber: row.rowNumber,
    ...(isRefused ? { status: 'validation-failed', updatedAt: now } : { status: 'created' }),
    ...(type === 'letter' && { reference: newLetterReference() }),
    clientReference: row.clientReference === null ? null : withoutNul(row.clientReference),
    personalisation: row.personalisation,
    replyToText,
    createdById: null,
    createdAt: now,
    unsubscribeLink: null,
  };
  // The template's priority is for what the API is asked to send.
  const about = { notification, processType: 'normal', requestId: null } as const;
  const place = job.notificationCount < fewestRowsOfBundles || type === 'letter' ? {} : placeInJob(notification);
  return { ...about, job: isRefused ? null : { ...deliveryJob(about), ...place, priority: rowPriority } };
}

/** The rows of shorter files are delivered side by side: in bundles, they would leave workers without work. */
const fewestRowsOfBundles = 500;

type RowRecipient = RecipientColumns | LetterRecipient | { readonly to: string; readonly normalisedTo: null };

function readRowRecipient(type: TemplateType, row: JobRow, { service, template }: JobSending): RowRecipient {
  if (type === 'letter') return readAddress(row, template.postage);
  const to = withoutNul(toText(row.recipient.get(recipientKeyOf(type)) ?? null) ?? '');
  return type === 'sms' ? readNumber(to, service) : readEmail(to);
}

/** The limit of numbers abroad in a day is not asked: the file was held against it before. */
function readNumber(to: string, { permissions }: Service): RowRecipient {
  const result = validatePhoneNumber(to, {
    international: permissions.includes('international_sms'),
    landlines: permissions.includes('sms_to_uk_landlines'),
  });
  if (!result.ok) return { to, normalisedTo: null };
  const { normalised, international, countryPrefix, rateMultiplier } = result.phone;
  return { to, normalisedTo: normalised, international, phonePrefix: countryPrefix, rateMultiplier };
}

/** What is stored of a number that cannot be sent to (jobs sheet §6). */
function invalidNumber(
  to: string,
): Pick<NewNotification, 'to' | 'normalisedTo' | 'international' | 'phonePrefix' | 'rateMultiplier' | 'billableUnits'> {
  return { to, normalisedTo: to, international: false, phonePrefix: '+44', rateMultiplier: 0, billableUnits: 0 };
}

/** Addresses were checked with the file; delivery tells of those that are wrong all the same. */
function readEmail(to: string): RecipientColumns {
  return { to, normalisedTo: normaliseEmailAddress(to), international: false, phonePrefix: null, rateMultiplier: null };
}

const lineKeys = addressColumns.slice(0, 6).map(placeholderKey);
const lastLineKey = 'addressline7';

/** Where the file has a column for line 7, the postcode's is no part of the address. */
function readAddress({ recipient }: JobRow, templatePostage: string | null): LetterRecipient {
  const keys = [...lineKeys, recipient.has(lastLineKey) ? lastLineKey : 'postcode'];
  const lines = keys.map((key) => {
    const value = recipient.get(key) ?? null;
    return value === null ? '' : withoutNul(pythonText(value));
  });
  const { normalised, zone } = parsePostalAddress(lines.join('\n'));
  const ofTemplate = templatePostage !== null && isPostage(templatePostage) ? templatePostage : defaultPostage;
  return letterRecipient(normalised, zone === 'united-kingdom' ? ofTemplate : zone);
}

/** A character that PostgreSQL's texts cannot hold. */
function withoutNul(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '') : text;
}
