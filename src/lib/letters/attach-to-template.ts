import type { ServiceCache } from '../cache/service-cache.ts';
import type { Clock } from '../core/clock.ts';
import { counted } from '../core/counted.ts';
import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { Database } from '../db/database.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { NewLetterAttachment } from '../templates/letter-attachment.ts';
import { showTemplate } from '../templates/show-template.ts';
import { updateTemplate, type ChangedTemplateField, type UpdateTemplateInput } from '../templates/update-template.ts';
import type { Template } from '../templates/template.ts';
import type { LetterPrinter } from './pdf/letter-printer.ts';
import { previewLetterTemplate } from './preview-letter-pdf.ts';
import { attachmentPlace } from './printed-files.ts';
import { describeRefusal, letterChecksHint } from './sanitise/describe-problem.ts';
import type { LetterSanitiser } from './sanitise/letter-sanitiser.ts';
import type { PdfNormaliser } from './sanitise/pdf-normaliser.ts';
import type { SanitisedLetter } from './sanitise/sanitised-letter.ts';
import { mostPages } from './sheets.ts';

export interface AttachDeps {
  readonly db: Database;
  readonly cache: ServiceCache;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly storage: ObjectStore;
  readonly letterPrinter: LetterPrinter;
  readonly letterSanitiser: LetterSanitiser;
  readonly pdfNormaliser: PdfNormaliser | null;
}

export interface AttachInput extends Omit<UpdateTemplateInput, 'letterAttachment'> {
  readonly pdf: Uint8Array;
  /** What the file is called. */
  readonly filename: string;
}

export interface Attached {
  readonly template: Template;
  readonly changed: ChangedTemplateField[];
  /** What is unusual about the file. */
  readonly remarks: readonly string[];
}

/**
 * Has a PDF printed after every letter of a template, in place of the one that it has, with other changes of the template
 * in the same new version. Each page is checked as following pages of letters are (letters sheet §8), and the letter
 * without values must be short enough with it.
 *
 * @throws AppError NOT_FOUND; VALIDATION_FAILED naming the problem of the file; those of `updateTemplate`;
 *   STORAGE_UNAVAILABLE, LETTER_NOT_MADE
 */
export async function attachToTemplate(deps: AttachDeps, { pdf, filename, ...input }: AttachInput): Promise<Attached> {
  const template = await showTemplate(deps, input);
  if (template.templateType !== 'letter') throw refused('only letter templates have an attachment');
  const checked = await deps.letterSanitiser.sanitise(pdf, { allowInternational: false, isAttachment: true });
  const { file, pageCount, remarks } = checked;
  if (file === null || pageCount === null) throw refusedFile(checked);
  await assertShortEnough(deps, { ...template, ...textsOf(input, template) }, pageCount);
  const attachment: NewLetterAttachment = { id: deps.ids.uuid(), originalFilename: filename, pageCount };
  const { area, key } = attachmentPlace({ serviceId: template.serviceId, id: attachment.id });
  const printed = deps.pdfNormaliser === null ? file : await deps.pdfNormaliser.normalise(file);
  await deps.storage.put(area, key, printed, { contentType: 'application/pdf' });
  try {
    return { ...(await updateTemplate(deps, { ...input, letterAttachment: attachment })), remarks };
  } catch (error) {
    await deps.storage.delete(area, key);
    throw error;
  }
}

function textsOf(input: UpdateTemplateInput, template: Template): Pick<Template, 'content' | 'subject'> {
  return { content: input.content ?? template.content, subject: input.subject ?? template.subject };
}

async function assertShortEnough(deps: AttachDeps, template: Template, attachedPages: number): Promise<void> {
  const { pageCount } = await previewLetterTemplate(deps, { template, personalisation: {}, withAttachment: false });
  if (pageCount + attachedPages <= mostPages) return;
  throw refused(
    `letter-too-long: the letter has ${counted(pageCount, 'page')}, the attachment ${attachedPages}; expected ${mostPages} at most`,
    { problem: 'letter-too-long', page_count: pageCount + attachedPages },
  );
}

function refusedFile({ message, invalidPages, pageCount }: SanitisedLetter): AppError {
  const problem = describeRefusal({ message: message!, invalidPages }, { isAttachment: true });
  return refused(problem, { problem: message, page_count: pageCount, invalid_pages: invalidPages });
}

function refused(problem: string, details?: Readonly<Record<string, unknown>>): AppError {
  const message = `letter_attachment: ${problem}`;
  return new AppError('VALIDATION_FAILED', message, {
    ...(details !== undefined && { hint: letterChecksHint }),
    details: { messages: [message], ...details },
  });
}
