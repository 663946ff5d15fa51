import { parseJson, type JsonObject } from '../../core/json.ts';
import { fillPlaceholders } from '../../templates/fill-placeholders.ts';
import { renderLetter } from '../../templates/render-letter.ts';
import type { Block, Run } from './letter-blocks.ts';
import { letterDate } from './letter-date.ts';
import { flowOf, textItem, type FlowItem } from './letter-flow.ts';
import * as sheet from './letter-sheet.ts';
import type { LetterLanguage, LetterSource, LetterVersion } from './letter-source.ts';
import { paginate, type Mark } from './paginate.ts';
import { printableText } from './printable-text.ts';
import { readInlineHtml, readLetterHtml } from './read-letter-html.ts';
import { breakLines, type Line } from './text-lines.ts';

/** A letter laid out, ready to be drawn. */
export interface ComposedLetter {
  /** The first subject, for the document's properties. */
  readonly title: string;
  readonly language: LetterLanguage;
  readonly address: readonly string[];
  readonly contactBlock: readonly Line[];
  readonly pages: readonly ComposedPage[];
  readonly unprintable: number;
}

export interface ComposedPage {
  readonly marks: readonly Mark[];
  readonly footer: string;
}

/**
 * Lays out a letter (letters sheet §7): address, sender and date on the first page, the message on as many as it takes.
 * A letter in both languages is two texts, each with its own date, subject and numbers of pages.
 */
export function composeLetter(source: LetterSource): ComposedLetter {
  const personalisation = parseJson(source.personalisation) as JsonObject;
  let unprintable = 0;
  const clean = (text: string): string => {
    const printable = printableText(text);
    unprintable += printable.lost;
    return printable.text;
  };
  const address = source.address.slice(0, sheet.addressWindow.mostLines).map((line) => clean(line.toUpperCase()));
  const contactBlock = contactLines(source.contactBlock, personalisation, clean);
  const versions = source.versions.map((version) => readVersion(version, personalisation, clean));
  const pages = versions.flatMap((version, index) => {
    const laidOut = paginate(flowOfVersion(version, new Date(source.createdAt)), (page) =>
      index === 0 && page === 0 ? sheet.body.firstTop : sheet.body.nextTop,
    );
    return laidOut.map((marks, page) => ({ marks, footer: footerText(version.language, page + 1, laidOut.length) }));
  });
  return {
    title: textOf(versions[0]!.subject),
    language: versions[0]!.language,
    address,
    contactBlock,
    pages,
    unprintable,
  };
}

interface ReadVersion {
  readonly language: LetterLanguage;
  readonly subject: readonly Run[];
  readonly blocks: readonly Block[];
}

type Clean = (text: string) => string;

function readVersion(
  { language, subject, content }: LetterVersion,
  personalisation: JsonObject,
  clean: Clean,
): ReadVersion {
  const qrCodes: string[] = [];
  const drawQrCode = (data: string): string => `<qr ${qrCodes.push(data) - 1}>`;
  const rendered = renderLetter({ subject, content, personalisation, drawQrCode });
  return {
    language,
    subject: cleanRuns(readInlineHtml(rendered.subject), clean),
    blocks: cleanBlocks(readLetterHtml(rendered.htmlBody, qrCodes), clean),
  };
}

function flowOfVersion({ language, subject, blocks }: ReadVersion, createdAt: Date): FlowItem[] {
  const date = [{ text: letterDate(createdAt, language), bold: false, unfilled: false }];
  const [first, ...message] = flowOf(blocks);
  const isHeading = first?.kind === 'text' && blocks[0]?.kind === 'heading';
  return [
    textItem(date, sheet.styles.body, sheet.spacing.paragraph),
    textItem(subject, sheet.styles.subject, { ...sheet.spacing.subject, staysWithNext: true }),
    ...(first === undefined ? [] : [isHeading ? { ...first, above: sheet.spacing.headingAfterSubject } : first]),
    ...message,
  ];
}

function footerText(language: LetterLanguage, page: number, pages: number): string {
  return language === 'welsh' ? `Tudalen ${page} o ${pages}` : `Page ${page} of ${pages}`;
}

function contactLines(contactBlock: string | null, personalisation: JsonObject, clean: Clean): Line[] {
  if (contactBlock === null) return [];
  const trimmed = contactBlock.split('\n').map((line) => line.trim());
  const html = fillPlaceholders(trimmed.join('\n'), personalisation, {
    escape: true,
    lists: 'prose',
    unfilled: 'spans',
  });
  const runs = cleanRuns(readInlineHtml(html.trim().replaceAll(/\r\n?|\n/g, '<br>')), clean);
  const { width, mostLines } = sheet.contactBlock;
  return breakLines(runs, sheet.styles.contactBlock, width).slice(0, mostLines);
}

function cleanRuns(runs: readonly Run[], clean: Clean): Run[] {
  return runs.map((run) => ({ ...run, text: clean(run.text) }));
}

function cleanBlocks(blocks: readonly Block[], clean: Clean): Block[] {
  return blocks.map((block) => {
    if ('runs' in block) return { ...block, runs: cleanRuns(block.runs, clean) };
    return block.kind === 'list' ? { ...block, items: block.items.map((item) => cleanBlocks(item, clean)) } : block;
  });
}

function textOf(runs: readonly Run[]): string {
  return runs
    .map(({ text }) => text)
    .join('')
    .trim();
}
