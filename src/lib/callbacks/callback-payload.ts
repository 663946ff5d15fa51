import { toApiDateTime, toApiDateTimeOrNull } from '../core/clock.ts';
import type { InboundSms } from '../inbound/inbound-sms.ts';
import type { EndedNotification } from '../notifications/list-ended-notifications.ts';

type PayloadValue = string | number | null;
export type CallbackPayload = Readonly<Record<string, PayloadValue>>;

export function deliveryStatusPayload(notification: EndedNotification): CallbackPayload {
  return {
    id: notification.id,
    reference: notification.clientReference,
    to: notification.to,
    status: notification.status,
    created_at: toApiDateTime(notification.createdAt),
    completed_at: toApiDateTimeOrNull(notification.updatedAt),
    sent_at: toApiDateTimeOrNull(notification.sentAt),
    notification_type: notification.notificationType,
    template_id: notification.templateId,
    template_version: notification.templateVersion,
  };
}

export function inboundSmsPayload(text: InboundSms): CallbackPayload {
  return {
    id: text.id,
    source_number: text.userNumber,
    destination_number: text.notifyNumber,
    message: text.content,
    // Not every provider says when a text was sent.
    date_received: toApiDateTime(text.providerDate ?? text.createdAt),
  };
}

/** A complaint of a recipient, with the address that the provider names. */
export interface ReportedComplaint {
  readonly id: string;
  readonly serviceId: string;
  readonly notificationId: string;
  readonly complaintDate: Date | null;
  /** The caller's reference of the email. */
  readonly clientReference: string | null;
  readonly to: string;
}

export function complaintPayload(complaint: ReportedComplaint): CallbackPayload {
  return {
    notification_id: complaint.notificationId,
    complaint_id: complaint.id,
    reference: complaint.clientReference,
    to: complaint.to,
    complaint_date: toApiDateTimeOrNull(complaint.complaintDate),
  };
}

/** A letter that came back. */
export interface ReturnedLetter {
  readonly notificationId: string;
  readonly serviceId: string;
  readonly clientReference: string | null;
  readonly createdAt: Date;
  /** Address of the user who sent it; null = it came through the API. */
  readonly sentByEmailAddress: string | null;
  readonly isPrecompiled: boolean;
  readonly templateName: string;
  readonly templateId: string;
  readonly templateVersion: number;
  readonly spreadsheetFileName: string | null;
  readonly spreadsheetRowNumber: number | null;
  /** Name of the file that a user uploaded; null for all other letters. */
  readonly uploadLetterFileName: string | null;
}

export function returnedLetterPayload(letter: ReturnedLetter): CallbackPayload {
  const isFromApi = letter.sentByEmailAddress === null;
  const { isPrecompiled } = letter;
  return {
    notification_id: letter.notificationId,
    reference: isFromApi ? letter.clientReference : null,
    date_sent: toApiDateTime(letter.createdAt),
    sent_by: letter.sentByEmailAddress ?? 'API',
    // The template of a precompiled letter is a stand-in that nobody knows.
    template_name: isPrecompiled ? null : letter.templateName,
    template_id: isPrecompiled ? null : letter.templateId,
    template_version: isPrecompiled ? null : letter.templateVersion,
    spreadsheet_file_name: letter.spreadsheetFileName,
    spreadsheet_row_number: letter.spreadsheetRowNumber,
    upload_letter_file_name: letter.uploadLetterFileName,
  };
}

/**
 * The text of a callback's body: one JSON object in ASCII, `, ` and `: ` between its parts, so that every receiver gets
 * the bytes that it got from the reference (delivery sheet §9).
 */
export function formatPayload(payload: CallbackPayload): string {
  const members = Object.entries(payload).map(([key, value]) => `${formatValue(key)}: ${formatValue(value)}`);
  return `{${members.join(', ')}}`;
}

function formatValue(value: PayloadValue): string {
  // By code units: what lies beyond the first plane becomes the two escapes that JSON asks for.
  return JSON.stringify(value).replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
