import { AppError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { Clock } from '../core/clock.ts';
import type { ServiceCache } from '../cache/service-cache.ts';
import type { Database } from '../db/database.ts';
import { showNotificationOfService, type ReadDeps } from '../notifications/show-notification.ts';
import { addressFromPersonalisation, parsePostalAddress } from '../recipients/postal-address.ts';
import { letterPartsOf } from '../templates/letter-parts.ts';
import type { Template } from '../templates/template.ts';
import type { LetterPrinter } from './pdf/letter-printer.ts';
import type { LetterPdf } from './pdf/letter-source.ts';
import type { PagePicture } from './pdf/page-picture.ts';
import { letterSource, storedLetter } from './templated-letter.ts';

interface PreviewDeps {
  readonly db: Database;
  readonly cache: ServiceCache;
  readonly clock: Clock;
  readonly letterPrinter: LetterPrinter;
}

/**
 * A template of letters as it would be printed today with these values; placeholders without one are marked.
 *
 * @throws AppError REQUEST_INVALID for a template of something else; LETTER_NOT_MADE
 */
export async function previewLetterTemplate(
  deps: PreviewDeps,
  { template, personalisation }: { template: Template; personalisation: JsonObject },
): Promise<LetterPdf> {
  if (template.templateType !== 'letter')
    throw new AppError('REQUEST_INVALID', `Template '${template.name}' is no letter: only letters have pages`);
  const letter = {
    ...template,
    parts: await letterPartsOf(deps, template),
    personalisation,
    address: addressToShow(personalisation),
    createdAt: deps.clock.now(),
  };
  return deps.letterPrinter.print(letterSource(letter, 'preview'));
}

/**
 * A letter of this service that was made from a template, as it looks, in whatever status it is.
 *
 * @throws AppError NOT_FOUND; REQUEST_INVALID for another message; LETTER_NOT_MADE
 */
export async function previewStoredLetter(
  deps: PreviewDeps & ReadDeps,
  input: { serviceId: string; notificationId: string },
): Promise<LetterPdf> {
  const letter = await showNotificationOfService(deps, input);
  if (letter.notificationType !== 'letter') throw new AppError('REQUEST_INVALID', 'Notification is not a letter');
  const { serviceId, templateId: id, templateVersion: version } = letter;
  const parts = await letterPartsOf(deps, { serviceId, id, version });
  return deps.letterPrinter.print(letterSource(storedLetter(letter, parts), 'preview'));
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
