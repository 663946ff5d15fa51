import { uncached } from '../cache/service-cache.ts';
import { AppError } from '../core/errors.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../observability/logger.ts';
import { normaliseSmsSender } from '../recipients/phone-number.ts';
import { comparableRecipient } from '../recipients/recipient-comparison.ts';
import { findEmailReplyTo, findSmsSender, listKnownRecipients } from '../services/find-service.ts';
import type { Service } from '../services/service.ts';
import { findSenderById } from '../services/show-senders.ts';
import { requireService } from '../services/show-service.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { letterPartsOf } from '../templates/letter-parts.ts';
import { findTemplateVersionOfService } from '../templates/show-template.ts';
import type { LetterParts, Template } from '../templates/template.ts';
import { parseUuid } from '../core/ids.ts';
import { readUploadMetadata } from '../uploads/upload-file.ts';
import { createRowIds } from './job-row-id.ts';
import type { Job } from './job.ts';

/** What all rows of a job have in common, read once for many of them. */
export interface JobSending {
  readonly job: Job;
  readonly service: Service;
  /** In the version that the job was made with, whatever became of it since. */
  readonly template: Template & Partial<LetterParts>;
  /** Sender of texts, reply-to address of emails, contact block of letters. */
  readonly replyToText: string | null;
  /** Comparable forms of who may be sent to; null = anyone. */
  readonly allowed: ReadonlySet<string> | null;
  readonly idOfRow: (rowNumber: number) => string;
}

export interface SendingDeps {
  readonly db: Database;
  readonly storage: ObjectStore;
  readonly logger: Logger;
}

/** @throws AppError NOT_FOUND, when service, template or file are gone; STORAGE_UNAVAILABLE */
export async function prepareSending({ db, storage, logger }: SendingDeps, job: Job): Promise<JobSending> {
  const { serviceId, templateId, templateVersion: version } = job;
  const deps = { db, cache: uncached };
  const service = await requireService(deps, serviceId);
  const template = await findTemplateVersionOfService(deps, { serviceId, templateId, version });
  if (template === null) throw new AppError('NOT_FOUND', `Template '${templateId}' has no version ${version}`);
  const shared = { job, service, idOfRow: createRowIds(job) };
  if (template.templateType === 'letter') {
    const parts = await letterPartsOf(deps, template);
    // Services in trial mode cannot create jobs of letters; one that went back to it may finish those it has.
    return { ...shared, template: { ...template, ...parts }, replyToText: parts.contactBlock, allowed: null };
  }
  const metadata = await readUploadMetadata(storage, { serviceId, uploadId: job.id });
  const senderId = metadata?.senderId ?? null;
  const known = service.restricted ? await listKnownRecipients(deps, serviceId) : null;
  return {
    ...shared,
    template,
    replyToText: await resolveReplyTo({ db, logger }, { serviceId, type: template.templateType, senderId }),
    allowed: known === null ? null : new Set(known.map(comparableRecipient)),
  };
}

/** The chosen sender, also one that was archived since; else the service's default. */
async function resolveReplyTo(
  { db, logger }: Pick<SendingDeps, 'db' | 'logger'>,
  { serviceId, type, senderId }: { serviceId: string; type: 'sms' | 'email'; senderId: string | null },
): Promise<string | null> {
  const id = parseUuid(senderId);
  const chosen = id === null ? null : await findSenderById({ db }, id);
  if (chosen !== null && chosen.serviceId === serviceId && chosen.type === type)
    return type === 'sms' ? normaliseSmsSender(chosen.value) : chosen.value;
  if (senderId !== null)
    logger.warn({ serviceId, senderId }, 'The sender of a job is unknown; the default one is used');
  const deps = { db, cache: uncached };
  if (type === 'email') return (await findEmailReplyTo(deps, serviceId, null))?.emailAddress ?? null;
  const sender = await findSmsSender(deps, serviceId, null);
  return sender === null ? null : normaliseSmsSender(sender.smsSender);
}
