import type { VirusScanner } from '../antivirus/virus-scanner.ts';
import type { ApiKey } from '../api-keys/api-key.ts';
import { decodeBase64 } from '../core/base64.ts';
import { AppError } from '../core/errors.ts';
import type { Database } from '../db/database.ts';
import type { AcceptedMessage } from '../notifications/accepted-message.ts';
import { assertMaySend } from '../notifications/accept-steps.ts';
import { persistNotification } from '../notifications/persist-notification.ts';
import type { Service } from '../services/service.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { precompiledTemplateOf } from '../templates/precompiled-template.ts';
import { assertLettersAllowed, letterRecipient } from './accept-letter-steps.ts';
import type { AcceptLetterDeps } from './accept-templated-letter.ts';
import { scanPlace } from './letter-file.ts';
import { withNewReference } from './letter-reference.ts';
import type { Postage } from './postage.ts';
import { scanJob } from './scan-job.ts';

export interface PrecompiledLetterInput {
  readonly service: Service;
  readonly apiKey: ApiKey;
  /** A PDF in base64; whether it is one is found out later. */
  readonly content: string;
  readonly postage: Postage;
  readonly clientReference: string;
  readonly requestId: string | null;
  /** What to keep under the request's idempotency key; null without one. */
  readonly idempotentAnswer: ((accepted: AcceptedPrecompiledLetter) => AcceptedMessage['idempotentAnswer']) | null;
}

/** What a POST answers with. */
export interface AcceptedPrecompiledLetter {
  readonly id: string;
  readonly postage: Postage;
}

export interface AcceptPrecompiledDeps extends AcceptLetterDeps {
  readonly db: Database;
  readonly storage: ObjectStore;
  readonly virusScanner: VirusScanner | null;
}

/** Stands for the address until it is read out of the PDF. */
const unknownAddress = 'Provided as PDF';

/**
 * Accepts a letter that comes as a PDF (public API sheet §4.8). The file is stored first, then the letter with the job
 * that goes on with it: a file without a letter does no harm, a letter without its file would.
 *
 * @throws AppError REQUEST_INVALID, LETTER_REFUSED with the sheet's messages; STORAGE_UNAVAILABLE; SERVICE_UNAVAILABLE
 */
export async function acceptPrecompiledLetter(
  deps: AcceptPrecompiledDeps,
  input: PrecompiledLetterInput,
): Promise<AcceptedPrecompiledLetter> {
  const { service, apiKey, postage } = input;
  const { keyType } = apiKey;
  assertMaySend(service, 'letter');
  assertLettersAllowed({ service, keyType });
  const pdf = decodeBase64(input.content);
  if (pdf === null) throw new AppError('REQUEST_INVALID', 'Cannot decode letter content (invalid base64 encoding)');

  const template = await precompiledTemplateOf(deps, service.id);
  const accepted: AcceptedPrecompiledLetter = { id: deps.ids.uuid(), postage };
  const createdAt = deps.clock.now();
  await withNewReference(async (reference) => {
    const { area, key } = scanPlace({ reference, createdAt, postage });
    await deps.storage.put(area, key, pdf, { contentType: 'application/pdf' });
    await persistNotification(deps, {
      notification: {
        id: accepted.id,
        serviceId: service.id,
        notificationType: 'letter',
        ...letterRecipient(unknownAddress, postage),
        templateId: template.id,
        templateVersion: template.version,
        apiKeyId: apiKey.id,
        keyType,
        status: 'pending-virus-check',
        reference,
        clientReference: input.clientReference,
        personalisation: { address_line_1: unknownAddress },
        replyToText: null,
        createdById: null,
        createdAt,
        unsubscribeLink: null,
      },
      processType: template.processType,
      requestId: input.requestId,
      job: scanJob({ id: accepted.id, keyType }, { isScanned: deps.virusScanner !== null, requestId: input.requestId }),
      idempotentAnswer: input.idempotentAnswer?.(accepted) ?? null,
    });
  });
  return accepted;
}
