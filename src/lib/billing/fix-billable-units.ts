import { messageOf } from '../core/errors.ts';
import { londonDate, type CalendarDate } from '../core/london-time.ts';
import type { SecretBox } from '../core/secret-box.ts';
import type { Database, Queryable } from '../db/database.ts';
import { requireService } from '../services/show-service.ts';
import { renderSms } from '../templates/render-sms.ts';
import { findTemplateVersionOfService } from '../templates/show-template.ts';
import {
  listUncountedTexts,
  openPersonalisation,
  saveFragments,
  type UncountedText,
} from './uncounted-text-repository.ts';

interface FixUnitsDeps {
  readonly db: Database;
  readonly secretBox: SecretBox;
}

export interface FixUnitsOptions {
  /** Only count. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  /** Called after each transaction with how many texts were looked at. */
  readonly onProgress?: (done: number) => void;
  /** For tests. */
  readonly batchSize?: number;
}

/** What became of texts whose fragments were not counted. */
export interface FixedUnits {
  /** Texts that have their fragments now, by the day in London that they were made on. */
  readonly fixed: ReadonlyMap<CalendarDate, number>;
  /** Texts that cannot be rendered: nothing is known of their length. */
  readonly failed: readonly { readonly id: string; readonly problem: string }[];
}

const batchSize = 500;

/**
 * Counts the fragments of texts that have none although they are past `created`, and were never noted as sent (data sheet
 * §7, fix-billable-units): they would be billed as nothing. In the order of their ids, a portion in each transaction; may run
 * again at any time. Those in the history have lost what they said, and stay.
 */
export async function fixBillableUnits(deps: FixUnitsDeps, options: FixUnitsOptions = {}): Promise<FixedUnits> {
  const { dryRun = false, signal, onProgress } = options;
  const limit = options.batchSize ?? batchSize;
  const fixed = new Map<CalendarDate, number>();
  const failed: { id: string; problem: string }[] = [];
  let after: string | null = null;
  for (let done = 0; ; onProgress?.(done)) {
    signal?.throwIfAborted();
    const page: UncountedText[] = await deps.db.transaction(async (tx) => {
      const texts = await listUncountedTexts(tx, { after, limit, lock: !dryRun });
      const sources = await readSources(tx, texts);
      const counted = texts.map((text) => tryCount(text, sources.get(sourceOf(text))!, deps.secretBox));
      const known = counted.filter((text) => 'fragments' in text);
      if (!dryRun && known.length > 0) await saveFragments(tx, known);
      for (const { day } of known) fixed.set(day, (fixed.get(day) ?? 0) + 1);
      failed.push(...counted.filter((text) => 'problem' in text));
      return texts;
    });
    done += page.length;
    if (page.length < limit) return { fixed, failed };
    after = page.at(-1)!.id;
  }
}

/** What a text is made of, besides what was given for its placeholders. */
interface Source {
  /** Null: the template has no such version. */
  readonly content: string | null;
  readonly prefix: string | null;
}

function sourceOf({ serviceId, templateId, templateVersion }: UncountedText): string {
  return `${serviceId} ${templateId} ${templateVersion}`;
}

/** Each template and service of a page is read once. */
async function readSources(tx: Queryable, texts: readonly UncountedText[]): Promise<Map<string, Source>> {
  const sources = new Map<string, Source>();
  for (const text of texts) {
    if (sources.has(sourceOf(text))) continue;
    const { serviceId, templateId, templateVersion: version } = text;
    const template = await findTemplateVersionOfService({ db: tx }, { serviceId, templateId, version });
    const service = await requireService({ db: tx }, serviceId);
    const prefix = service.prefixSms ? service.name : null;
    sources.set(sourceOf(text), { content: template?.content ?? null, prefix });
  }
  return sources;
}

type Counted =
  | { readonly id: string; readonly day: CalendarDate; readonly fragments: number }
  | { readonly id: string; readonly problem: string };

function tryCount(text: UncountedText, { content, prefix }: Source, secretBox: SecretBox): Counted {
  const { id, templateId, templateVersion } = text;
  if (content === null) return { id, problem: `The template ${templateId} has no version ${templateVersion}` };
  try {
    const personalisation = openPersonalisation(text, secretBox);
    const { fragmentCount } = renderSms({ content, personalisation, prefix });
    return { id, day: londonDate(text.createdAt), fragments: fragmentCount };
  } catch (error) {
    return { id, problem: messageOf(error) };
  }
}
