import { AppError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { Clock } from '../core/clock.ts';
import type { ServiceCache } from '../cache/service-cache.ts';
import type { Database } from '../db/database.ts';
import { showNotificationOfService } from '../notifications/show-notification.ts';
import { addressFromPersonalisation, parsePostalAddress } from '../recipients/postal-address.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { letterPartsOf } from '../templates/letter-parts.ts';
import { findTemplateVersionOfService } from '../templates/show-template.ts';
import type { Template } from '../templates/template.ts';
import { letterPlace, nameOfLetter } from './letter-file.ts';
import { letterPdf, type LetterPdfDeps } from './letter-pdf.ts';
import type { LetterPrinter } from './pdf/letter-printer.ts';
import type { LetterPdf } from './pdf/letter-source.ts';
import type { PagePicture } from './pdf/page-picture.ts';
import { uploadPlace, type LetterUpload } from './precompiled-upload.ts';
import { printLetter } from './print-letter.ts';
import { storedLetter, type StoredLetter } from './templated-letter.ts';

interface PreviewDeps {
  readonly db: Database;
  readonly cache: ServiceCache;
  readonly clock: Clock;
  readonly storage: ObjectStore;
  readonly letterPrinter: LetterPrinter;
}

/**
 * A template of letters as it would be printed today with these values; placeholders without one are marked.
 *
 * @throws AppError REQUEST_INVALID for a template of something else; LETTER_NOT_MADE, STORAGE_UNAVAILABLE
 */
export async function previewLetterTemplate(
  deps: PreviewDeps,
  input: { template: Template; personalisation: JsonObject; withAttachment?: boolean },
): Promise<LetterPdf> {
  const { template, personalisation, withAttachment = true } = input;
  if (template.templateType !== 'letter')
    throw new AppError('REQUEST_INVALID', `Template '${template.name}' is no letter: only letters have pages`);
  const parts = await letterPartsOf(deps, template);
  const letter = {
    ...template,
    parts: withAttachment ? parts : { ...parts, attachmentId: null },
    personalisation,
    address: addressToShow(personalisation),
    createdAt: deps.clock.now(),
  };
  return printLetter(deps, letter, 'preview');
}

/** A letter to be looked at. */
export interface LetterPreview {
  readonly pdf: Uint8Array;
  /** What is wrong with a letter that came as a PDF, by the names of the checks' result; else empty. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * A letter of this service as it looks: one from a template in whatever status it is, one that came as a PDF once it was
 * checked, also when it was refused.
 *
 * @throws AppError NOT_FOUND; REQUEST_INVALID for another message, and for one that will never have a PDF; PDF_NOT_READY;
 *   LETTER_NOT_MADE, STORAGE_UNAVAILABLE
 */
export async function previewStoredLetter(
  deps: PreviewDeps & LetterPdfDeps,
  input: { serviceId: string; notificationId: string },
): Promise<LetterPreview> {
  const letter = await showNotificationOfService(deps, input);
  if (letter.notificationType !== 'letter') throw new AppError('REQUEST_INVALID', 'Notification is not a letter');
  const { serviceId, templateId, templateVersion: version } = letter;
  const template = await findTemplateVersionOfService(deps, { serviceId, templateId, version });
  if (template?.hidden === true)
    return { pdf: await letterPdf(deps, input), metadata: await problemOf(deps.storage, letter) };
  const parts = await letterPartsOf(deps, { serviceId, id: templateId, version });
  const { pdf } = await printLetter(deps, storedLetter(letter, parts), 'preview');
  return { pdf, metadata: {} };
}

async function problemOf(storage: ObjectStore, letter: StoredLetter): Promise<LetterPreview['metadata']> {
  const name = nameOfLetter(letter);
  if (letter.status !== 'validation-failed' || name === null) return {};
  const { area, key } = letterPlace(letter, name);
  return (await storage.head(area, key))?.metadata ?? {};
}

/** A PDF that was uploaded and not sent yet, as it would be printed. @throws AppError NOT_FOUND; STORAGE_UNAVAILABLE */
export async function previewUploadedLetter(
  { storage }: { storage: ObjectStore },
  upload: LetterUpload,
): Promise<Uint8Array> {
  const { area, key } = uploadPlace(upload);
  const pdf = await storage.read(area, key);
  if (pdf === null) throw new AppError('NOT_FOUND', 'No result found');
  return pdf;
}

/** One page of a letter as a PNG, counted from 1. @throws AppError NOT_FOUND for a page that there is not; LETTER_NOT_MADE */
export async function letterPagePng(
  { letterPrinter }: Pick<PreviewDeps, 'letterPrinter'>,
  { pdf, page }: { pdf: Uint8Array; page: number },
): Promise<NonNullable<PagePicture['png']>> {
  const { png, pageCount } = await letterPrinter.picture(pdf, page);
  if (png === null) throw new AppError('NOT_FOUND', `The letter has no page ${page}: it has ${pageCount}`);
  return png;
}

const fewestLines = 3;
const mostLines = 7;

/** The address as it is printed; if it cannot be, its lines as they were given, with the names of the missing ones. */
function addressToShow(personalisation: JsonObject): readonly string[] {
  const given = addressFromPersonalisation(personalisation);
  const { lines } = parsePostalAddress(given);
  if (lines.length >= fewestLines && lines.length <= mostLines) return lines;
  return given.split('\n').map((line, index) => (line.trim() === '' ? `address line ${index + 1}` : line));
}
