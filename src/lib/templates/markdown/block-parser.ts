import {
  headingAt,
  indentedCodeAt,
  insetAt,
  insetContent,
  pipedTableAt,
  plainTableAt,
  ruleAt,
  startsStrictList,
  underlinedHeadingAt,
  type FoundHeading,
} from './block-rules.ts';
import type { Block, LinkDefinition, ListItem, ParsedDocument } from './blocks.ts';
import { DefinitionScanner } from './definitions.ts';
import { FenceScanner } from './fences.ts';
import { HtmlScanner } from './html-scanner.ts';
import { listAt, listItems, type FoundList } from './list-blocks.ts';
import { endOfLine, prepareSource, skipLineFeeds, skipSpaces, withoutFinalLineFeeds } from './source-text.ts';

/** Insets and lists nest this deep; one level more is shown as text. */
const deepestNesting = 6;

/** Parses the blocks of a markdown text (templating sheet §5.2, "Preparation" and "Blocks"). */
export function parseBlocks(source: string): ParsedDocument {
  const document: Document = { links: new Map(), footnotes: new Map(), insetDepth: 0, listDepth: 0 };
  const blocks = new BlockParser(prepareSource(source), documentRules, document).parse();
  return { blocks, links: document.links, footnotes: document.footnotes };
}

/** What all parts of one document share. */
interface Document {
  readonly links: Map<string, LinkDefinition>;
  readonly footnotes: Map<string, readonly Block[]>;
  insetDepth: number;
  listDepth: number;
}

type RuleName =
  | 'blankLines'
  | 'definition'
  | 'fence'
  | 'heading'
  | 'html'
  | 'indentedCode'
  | 'inset'
  | 'list'
  | 'paragraph'
  | 'pipedTable'
  | 'plainTable'
  | 'rule'
  | 'textLine'
  | 'underlinedHeading';

// The first rule that matches wins.
const documentRules: readonly RuleName[] = [
  'blankLines',
  'rule',
  'indentedCode',
  'fence',
  'heading',
  'plainTable',
  'underlinedHeading',
  'inset',
  'list',
  'html',
  'definition',
  'pipedTable',
  'paragraph',
];
const itemRules: readonly RuleName[] = [
  'blankLines',
  'indentedCode',
  'fence',
  'underlinedHeading',
  'rule',
  'inset',
  'list',
  'html',
  'textLine',
];
const footnoteRules: readonly RuleName[] = [
  'blankLines',
  'indentedCode',
  'fence',
  'heading',
  'plainTable',
  'underlinedHeading',
  'rule',
  'inset',
  'list',
  'html',
  'pipedTable',
  'paragraph',
];

class BlockParser {
  readonly #text: string;
  readonly #rules: readonly RuleName[];
  readonly #document: Document;
  readonly #fences: FenceScanner;
  readonly #html: HtmlScanner;
  readonly #definitions: DefinitionScanner;
  readonly #blocks: Block[] = [];

  constructor(source: string, rules: readonly RuleName[], document: Document) {
    this.#text = withoutFinalLineFeeds(source);
    this.#rules = rules;
    this.#document = document;
    this.#fences = new FenceScanner(this.#text);
    this.#html = new HtmlScanner(this.#text);
    this.#definitions = new DefinitionScanner(this.#text);
  }

  parse(): readonly Block[] {
    let position = 0;
    while (position < this.#text.length) position = this.#parseBlock(position);
    return this.#blocks;
  }

  #parseBlock(position: number): number {
    for (const rule of this.#rules) {
      const end = this.#apply(rule, position);
      if (end !== -1) return end;
    }
    // The last rule of each list takes any line that is not empty.
    throw new Error(`no block rule for position ${position}`);
  }

  /** Adds what the rule finds at a position; returns its end, or -1 when it finds nothing. */
  #apply(rule: RuleName, position: number): number {
    const text = this.#text;
    switch (rule) {
      case 'blankLines':
        return this.#blankLines(position);
      case 'rule':
        return this.#add(ruleAt(text, position), { type: 'rule' });
      case 'indentedCode': {
        const found = indentedCodeAt(text, position);
        return found === null ? -1 : this.#add(found.end, { type: 'raw', text: found.code });
      }
      case 'fence': {
        const found = this.#fences.codeAt(position);
        return found === null ? -1 : this.#add(found.end, { type: 'raw', text: found.code });
      }
      case 'heading':
        return this.#heading(headingAt(text, position));
      case 'underlinedHeading':
        return this.#heading(underlinedHeadingAt(text, position));
      case 'plainTable':
        return plainTableAt(text, position);
      case 'pipedTable':
        return pipedTableAt(text, position);
      case 'inset':
        return this.#inset(position, insetAt(text, position));
      case 'list':
        return this.#list(listAt(text, position, this.#definitions));
      case 'html': {
        const found = this.#html.blockAt(position);
        return found === null ? -1 : this.#add(found.end, { type: 'raw', text: found.html });
      }
      case 'definition':
        return this.#definition(position);
      case 'paragraph':
        return this.#paragraph(position);
      case 'textLine': {
        const end = endOfLine(text, position);
        return this.#addText(end, text.slice(position, end));
      }
    }
  }

  #add(end: number, block: Block): number {
    if (end !== -1) this.#blocks.push(block);
    return end;
  }

  /** Adjacent lines are one text. */
  #addText(end: number, source: string): number {
    const last = this.#blocks.at(-1);
    if (last?.type === 'text') last.source += `\n${source}`;
    else this.#blocks.push({ type: 'text', source });
    return end;
  }

  #blankLines(position: number): number {
    const end = skipLineFeeds(this.#text, position);
    if (end === position) return -1;
    return end - position > 1 ? this.#add(end, { type: 'blank-lines' }) : end;
  }

  #heading(found: FoundHeading | null): number {
    if (found === null) return -1;
    return this.#add(found.end, { type: 'heading', level: found.level, source: found.source });
  }

  #inset(position: number, end: number): number {
    if (end === -1) return -1;
    const source = this.#text.slice(position, end);
    if (this.#document.insetDepth >= deepestNesting) return this.#addText(end, source);
    this.#document.insetDepth += 1;
    const blocks = this.#parseInside(insetContent(source), documentRules);
    this.#document.insetDepth -= 1;
    return this.#add(end, { type: 'inset', blocks });
  }

  #list(found: FoundList | null): number {
    if (found === null) return -1;
    return this.#add(found.end, { type: 'list', ordered: found.ordered, items: this.#items(found.source) });
  }

  #items(source: string): readonly ListItem[] {
    if (this.#document.listDepth >= deepestNesting) return [{ loose: false, blocks: [{ type: 'text', source }] }];
    this.#document.listDepth += 1;
    const items = listItems(source).map((item) => ({
      loose: item.loose,
      blocks: this.#parseInside(item.source, itemRules),
    }));
    this.#document.listDepth -= 1;
    return items;
  }

  #definition(position: number): number {
    const link = this.#definitions.linkAt(position);
    if (link !== null) {
      this.#document.links.set(link.key, link);
      return link.end;
    }
    const footnote = this.#definitions.footnoteAt(position);
    if (footnote === null) return -1;
    // The first definition of a footnote wins, of a link the last one.
    if (!this.#document.footnotes.has(footnote.key)) {
      this.#document.footnotes.set(footnote.key, []);
      this.#document.footnotes.set(footnote.key, this.#parseInside(footnote.source, footnoteRules));
    }
    return footnote.end;
  }

  #paragraph(position: number): number {
    const text = this.#text;
    let end = endOfLine(text, position);
    while (end + 1 < text.length && text[end + 1] !== '\n' && !this.#endsParagraph(end + 1))
      end = endOfLine(text, end + 1);
    return this.#add(skipLineFeeds(text, end), { type: 'paragraph', source: text.slice(position, end) });
  }

  /** Whether the line at a position cannot go on with the paragraph before it (rule 14). */
  #endsParagraph(position: number): boolean {
    const text = this.#text;
    const start = skipSpaces(text, position);
    return (
      (text[start] === '>' && start + 1 < text.length && text[start + 1] !== '\n') ||
      startsStrictList(text, position) ||
      ruleAt(text, position) !== -1 ||
      headingAt(text, position) !== null ||
      underlinedHeadingAt(text, position) !== null ||
      this.#html.startsBlockTag(position) ||
      this.#fences.codeAt(position) !== null ||
      this.#definitions.linkAt(position) !== null ||
      this.#definitions.footnoteAt(position) !== null
    );
  }

  #parseInside(source: string, rules: readonly RuleName[]): readonly Block[] {
    return new BlockParser(source, rules, this.#document).parse();
  }
}
