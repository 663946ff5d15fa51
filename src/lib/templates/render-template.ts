import type { JsonObject } from '../core/json.ts';
import { excessiveByteCount, isBodyEmpty, renderBodySource } from './body-source.ts';
import { missingPersonalisation, placeholderNames } from './placeholders.ts';
import type { QrCodeTooLong } from './qr-code.ts';
import { findLongQrCode } from './render-letter.ts';
import { renderSms } from './render-sms.ts';
import { renderSubject } from './render-subject.ts';
import { emailByteLimit, smsCharacterLimit, type LetterParts, type TemplateSource } from './template.ts';

export interface RenderTemplateOptions {
  /** Show `hidden` in place of every placeholder without a value; the caller then passes no personalisation. */
  readonly redact?: boolean;
}

/** What the API says about a message before it is accepted, and what it gives back of it. */
export interface RenderedTemplate {
  /** Placeholders without a value, as the template spells them, in order of first appearance. */
  readonly missing: string[];
  /** Null for sms; HTML-escaped for letters only. */
  readonly subject: string | null;
  /** The API's `body`: for sms the final text without prefix, otherwise markdown source with values put in. */
  readonly body: string;
  /** `Your message is empty.` applies. */
  readonly empty: boolean;
  /** The API's message when the text is too long, or a letter's QR code is; otherwise null. */
  readonly tooLong: string | null;
  /** The QR code that `tooLong` speaks of: the API refuses it before anything else, with these details. */
  readonly qrCodeTooLong: QrCodeTooLong | null;
}

/**
 * The names of a template's placeholders in its own order: contact block and Welsh of a letter, subject, content
 * (templating sheet §2).
 */
export function templatePlaceholders(
  template: Pick<TemplateSource, 'content' | 'subject' | keyof LetterParts>,
): string[] {
  const { contactBlock = null, welshSubject = null, welshContent = null, subject, content } = template;
  return placeholderNames(contactBlock, welshSubject, welshContent, subject, content);
}

/**
 * Renders what the v2 API checks and returns (templating sheet §1, public API sheet §4.2 and §4.3). Nothing is thrown:
 * the caller decides in the sheet's order what to refuse.
 */
export function renderTemplate(
  template: TemplateSource,
  personalisation: JsonObject,
  options: RenderTemplateOptions = {},
): RenderedTemplate {
  const missing = missingPersonalisation(templatePlaceholders(template), personalisation);
  if (template.templateType === 'sms') {
    const sms = renderSms({ content: template.content, personalisation, prefix: null, ...options });
    const tooLong = sms.tooLong ? smsTooLongMessage(sms.characterCount) : null;
    return { missing, subject: null, body: sms.text, empty: sms.empty, tooLong, qrCodeTooLong: null };
  }
  const body = renderBodySource(template.content, personalisation, options);
  const letter = template.templateType === 'letter';
  const qrCodeTooLong = letter ? findLongQrCodeOf(template, personalisation) : null;
  return {
    missing,
    subject: renderSubject(template.subject ?? '', personalisation, { escape: letter, ...options }),
    body,
    empty: isBodyEmpty(template.content, body),
    tooLong: letter ? qrCodeTooLongMessage(qrCodeTooLong) : emailTooLongMessage(body),
    qrCodeTooLong,
  };
}

function findLongQrCodeOf(
  { welshContent, content }: TemplateSource,
  personalisation: JsonObject,
): QrCodeTooLong | null {
  return (
    (welshContent == null ? null : findLongQrCode(welshContent, personalisation)) ??
    findLongQrCode(content, personalisation)
  );
}

function smsTooLongMessage(characters: number): string {
  return (
    `Your message is too long. Text messages cannot be longer than ${smsCharacterLimit} characters. ` +
    `Your message is ${characters} characters long.`
  );
}

function emailTooLongMessage(body: string): string | null {
  const bytes = excessiveByteCount(body);
  if (bytes === null) return null;
  return (
    `Your message is too long. Emails cannot be longer than ${emailByteLimit} bytes. ` +
    `Your message is ${bytes} bytes.`
  );
}

function qrCodeTooLongMessage(problem: QrCodeTooLong | null): string | null {
  return problem === null ? null : 'Cannot create a usable QR code - the link is too long';
}
