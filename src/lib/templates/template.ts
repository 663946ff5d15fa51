/** Template records (templating sheet §1): what every other part of the product knows about a template. */

export type TemplateType = 'sms' | 'email' | 'letter';

export const templateTypes: readonly TemplateType[] = ['sms', 'email', 'letter'];

export function isTemplateType(text: string): text is TemplateType {
  return (templateTypes as readonly string[]).includes(text);
}

/** `priority` sends the API's notifications through the low-volume queue. */
export type ProcessType = 'normal' | 'priority';

/** Characters of a text message; more are refused (templating sheet §4). */
export const smsCharacterLimit = 918;

/** UTF-8 bytes of an email's API body (templating sheet §5.1). */
export const emailByteLimit = 2_000_000;

export interface Template {
  readonly id: string;
  readonly serviceId: string;
  readonly name: string;
  readonly templateType: TemplateType;
  /** Source with placeholders; markdown for email and letter. */
  readonly content: string;
  /** Null for sms, and only there. */
  readonly subject: string | null;
  /** 1 for the first version; every saved change adds 1. */
  readonly version: number;
  /** Deleted: still found by id, but nothing can be sent with it. */
  readonly archived: boolean;
  /** The service's internal template for precompiled letters: not found by id and service. */
  readonly hidden: boolean;
  readonly processType: ProcessType;
  /** `first`, `second` or `economy` for letters, otherwise null. */
  readonly postage: string | null;
  /** The contact block of letters, null for blank; null for everything else. */
  readonly letterContactId: string | null;
  /** The PDF that is printed after every letter; null for none, and for everything else. */
  readonly letterAttachmentId: string | null;
  /** Email only. */
  readonly hasUnsubscribeLink: boolean;
  readonly createdById: string;
  readonly createdAt: Date;
  readonly updatedAt: Date | null;
}

/** What rendering needs to know of a template. */
export type TemplateSource = Pick<Template, 'templateType' | 'content' | 'subject' | 'hasUnsubscribeLink'> &
  Partial<LetterParts>;

/** The parts of a letter that come before its subject, in this order; null for what it does not have. */
export interface LetterParts {
  /** The sender's address, with placeholders. */
  readonly contactBlock: string | null;
  /** What a letter in both languages says in Welsh. */
  readonly welshSubject: string | null;
  readonly welshContent: string | null;
}

/** What else is printed of a letter, beside its subject and message. */
export interface PrintedParts extends LetterParts {
  /** The PDF that comes after all pages. */
  readonly attachmentId: string | null;
  /** The picture at the top of the first page: that of the service today. */
  readonly logoId: string | null;
}

/** True when templates of this type carry a subject. */
export function hasSubject(templateType: TemplateType): boolean {
  return templateType !== 'sms';
}
