import type { ServiceCache } from '../cache/service-cache.ts';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database } from '../db/database.ts';
import type { Limits } from '../limits/limits.ts';
import { assertMaySend } from '../notifications/accept-steps.ts';
import type { NotificationWriter } from '../notifications/notification-writer.ts';
import { persistNotification } from '../notifications/persist-notification.ts';
import { assertMember } from '../notifications/send-by-user.ts';
import { requireNotification } from '../notifications/show-notification.ts';
import type { Service } from '../services/service.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { precompiledTemplateOf } from '../templates/precompiled-template.ts';
import { assertLettersAllowed, letterRecipient } from './accept-letter-steps.ts';
import { letterPlace } from './letter-file.ts';
import { withNewReference } from './letter-reference.ts';
import type { LetterPrinter } from './pdf/letter-printer.ts';
import { isPostage, type Postage } from './postage.ts';
import { uploadPlace } from './precompiled-upload.ts';
import { sheetsOf } from './sheets.ts';

export interface SendPdfLetterDeps {
  readonly db: Database;
  readonly cache: ServiceCache;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly secretBox: SecretBox;
  readonly limits: Limits;
  readonly writer: NotificationWriter;
  readonly storage: ObjectStore;
  readonly letterPrinter: LetterPrinter;
}

export interface SendPdfLetterInput {
  readonly service: Service;
  /** Of the PDF that was uploaded and checked; becomes the id of the letter. */
  readonly fileId: string;
  /** What the file was called: the letter's client reference. */
  readonly filename: string;
  readonly postage: string;
  readonly createdById: string;
  /** URL-encoded, with line breaks or commas between the lines. */
  readonly recipientAddress: string;
  readonly requestId: string | null;
}

/**
 * Sends a PDF that was uploaded and checked before (letters sheet §2.3). Sending the same file again answers the same,
 * and does nothing.
 *
 * @throws AppError VALIDATION_FAILED, REQUEST_INVALID, LETTER_REFUSED, LIMIT_EXCEEDED; NOT_FOUND for an unknown user, a file that is not
 *   there, and one that another service sent; STORAGE_UNAVAILABLE, LETTER_NOT_MADE, SERVICE_UNAVAILABLE
 */
export async function sendPdfLetter(
  deps: SendPdfLetterDeps,
  input: SendPdfLetterInput,
): Promise<{ id: string; isNew: boolean }> {
  const { service, fileId } = input;
  const postage = readPostage(input.postage);
  const address = decodeAddress(input.recipientAddress);
  assertMaySend(service, 'letter');
  await deps.limits.assertWithinDailyLimit({ service, keyType: 'normal', counted: 'letter' });
  await assertMember(deps, { service, userId: input.createdById });
  assertLettersAllowed({ service, keyType: 'normal' });
  if (await wasSent(deps, input)) return { id: fileId, isNew: false };
  const sheets = await countSheets(deps, input);
  await store(deps, input, { postage, address, sheets });
  const upload = uploadPlace({ serviceId: service.id, fileId });
  await deps.storage.delete(upload.area, upload.key);
  return { id: fileId, isNew: true };
}

function readPostage(text: string): Postage {
  if (isPostage(text)) return text;
  const message = 'postage invalid. It must be first, second, economy, europe or rest-of-world.';
  throw new AppError('VALIDATION_FAILED', message);
}

function decodeAddress(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AppError('VALIDATION_FAILED', 'recipient_address is not URL-encoded');
  }
}

/** @throws AppError NOT_FOUND when another service's letter has this id */
async function wasSent(deps: SendPdfLetterDeps, { service, fileId }: SendPdfLetterInput): Promise<boolean> {
  const known = await requireNotification(deps, fileId).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return null;
    throw error;
  });
  if (known !== null && known.serviceId !== service.id) throw noResult();
  return known !== null;
}

async function countSheets(
  { storage, letterPrinter }: SendPdfLetterDeps,
  { service, fileId }: SendPdfLetterInput,
): Promise<number> {
  const { area, key } = uploadPlace({ serviceId: service.id, fileId });
  const pdf = await storage.read(area, key);
  if (pdf === null) throw noResult();
  // No page 0 is drawn: the count is all that is asked for.
  const { pageCount } = await letterPrinter.picture(pdf, 0);
  return sheetsOf(pageCount);
}

/** The file first: a file without a letter does no harm, a letter without its file would. */
async function store(
  deps: SendPdfLetterDeps,
  { service, fileId, filename, createdById, requestId }: SendPdfLetterInput,
  { postage, address, sheets }: { postage: Postage; address: string; sheets: number },
): Promise<void> {
  const template = await precompiledTemplateOf(deps, service.id);
  const createdAt = deps.clock.now();
  await withNewReference(async (reference) => {
    const place = letterPlace({ keyType: 'normal', status: 'created' }, { reference, createdAt, postage });
    if (!(await deps.storage.copy(uploadPlace({ serviceId: service.id, fileId }), place, {}))) throw noResult();
    await persistNotification(deps, {
      notification: {
        id: fileId,
        serviceId: service.id,
        notificationType: 'letter',
        ...letterRecipient(address, postage),
        templateId: template.id,
        templateVersion: template.version,
        apiKeyId: null,
        keyType: 'normal',
        status: 'created',
        reference,
        billableUnits: sheets,
        clientReference: filename,
        personalisation: { address_line_1: filename },
        replyToText: null,
        createdById,
        createdAt,
        unsubscribeLink: null,
      },
      processType: template.processType,
      requestId,
      job: null,
    });
  });
}

function noResult(): AppError {
  return new AppError('NOT_FOUND', 'No result found');
}
