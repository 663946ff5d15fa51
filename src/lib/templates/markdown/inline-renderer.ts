import { whitespaceClass } from '../unicode-classes.ts';
import { isUnicodeWhitespace } from '../whitespace.ts';
import type { LinkDefinition, ParsedDocument } from './blocks.ts';
import { definitionKey } from './definitions.ts';
import { escapeText } from './escape-text.ts';
import { HtmlScanner } from './html-scanner.ts';
import { LinkScanner } from './link-scanner.ts';
import type { MarkdownRenderer } from './renderer.ts';
import { ForwardSearch, skipSpaces } from './source-text.ts';

const escapable = new Set('\\`*{}[]()#+-.!_>~|');
// Where text may end. Some of these mean nothing in this dialect, but an entity does not reach across them.
const textEnd = /[\\<![_*`~\n]|https?:\/\//g;
const address = new RegExp(`https?://[^<${whitespaceClass}]+`, 'y');
const neverLast = new Set('.,:"\')]');

/** Links inside the text of links nest this deep; then brackets are text. Deeper ones only come from attackers. */
const deepestLink = 32;
/** Longer keys refer to nothing: comparing them from every bracket of a hostile text would cost quadratic time. */
const longestKey = 1000;

/** Renders inline markup (templating sheet §5.2, "Inline") of the blocks of one document, in their order. */
export class InlineRenderer {
  readonly #renderer: MarkdownRenderer;
  readonly #document: ParsedDocument;
  readonly #usedFootnotes = new Set<string>();
  #linkDepth = 0;
  #inLink = false;
  #inFootnote = false;

  constructor(renderer: MarkdownRenderer, document: ParsedDocument) {
    this.#renderer = renderer;
    this.#document = document;
  }

  /** Keys of the footnotes that have been referred to, in order. */
  get usedFootnotes(): ReadonlySet<string> {
    return this.#usedFootnotes;
  }

  /** Marks inside a footnote are text. */
  insideFootnote<T>(render: () => T): T {
    this.#inFootnote = true;
    const result = render();
    this.#inFootnote = false;
    return result;
  }

  render(source: string): string {
    const scanners = new Scanners(source, this.#renderer.readsAngleBrackets);
    let result = '';
    let position = 0;
    while (position < source.length) {
      const markup = this.#markupAt(source, position, scanners);
      if (markup !== null) {
        result += markup.text;
        position = markup.end;
        continue;
      }
      const end = scanners.endOfText(position);
      result += escapeText(source.slice(position, end));
      position = end;
    }
    return result;
  }

  #markupAt(source: string, position: number, scanners: Scanners): Rendered | null {
    switch (source[position]) {
      case '\\':
        return this.#escapeAt(source, position);
      case '<':
        return this.#htmlAt(position, scanners);
      case 'h':
        return this.#addressAt(source, position);
      case '!':
        return source[position + 1] === '[' ? this.#linkAt(position + 1, scanners, true) : null;
      case '[':
        return this.#footnoteMarkAt(source, position) ?? this.#linkAt(position, scanners, false);
      case ' ':
      case '\n':
        return this.#lineBreakAt(source, position, scanners);
      default:
        return null;
    }
  }

  #escapeAt(source: string, position: number): Rendered | null {
    const next = source[position + 1];
    return next !== undefined && escapable.has(next) ? { text: escapeText(next), end: position + 2 } : null;
  }

  #htmlAt(position: number, scanners: Scanners): Rendered | null {
    const found = scanners.html.inlineAt(position);
    if (found !== null) return { text: found.html, end: found.end };
    const end = scanners.endOfAngleAddress(position);
    return end === -1 ? null : { text: this.#renderer.url(scanners.source.slice(position + 1, end)), end: end + 1 };
  }

  #addressAt(source: string, position: number): Rendered | null {
    address.lastIndex = position;
    if (!address.test(source)) return null;
    let end = address.lastIndex;
    while (neverLast.has(source[end - 1]!)) end -= 1;
    if (end < source.indexOf('//', position) + 4) return null;
    const found = source.slice(position, end);
    return { text: this.#inLink ? escapeText(found) : this.#renderer.url(found), end };
  }

  #lineBreakAt(source: string, position: number, scanners: Scanners): Rendered | null {
    const lineFeed = skipSpaces(source, position);
    if (source[lineFeed] !== '\n') return null;
    // Nothing but white space follows: it stays as it is.
    if (lineFeed > scanners.lastVisible) return { text: source.slice(position), end: source.length };
    return { text: this.#renderer.lineBreak(), end: lineFeed + 1 };
  }

  #footnoteMarkAt(source: string, position: number): Rendered | null {
    if (this.#inFootnote || this.#document.footnotes.size === 0 || source[position + 1] !== '^') return null;
    const length = source.slice(position + 2, position + 3 + longestKey).indexOf(']');
    if (length <= 0) return null;
    const key = definitionKey(source.slice(position + 2, position + 2 + length));
    // Only the first mark of a note counts; others are text.
    if (!this.#document.footnotes.has(key) || this.#usedFootnotes.has(key)) return null;
    this.#usedFootnotes.add(key);
    return { text: '', end: position + 3 + length };
  }

  #linkAt(open: number, scanners: Scanners, image: boolean): Rendered | null {
    if (this.#linkDepth >= deepestLink) return null;
    const links = scanners.links;
    const link = links.linkAt(open);
    if (link !== null) return { text: this.#link(link.text, link, image), end: link.end };
    if (this.#document.links.size === 0) return null;
    for (const reference of [links.referenceAt(open), links.bareReferenceAt(open)]) {
      const definition = reference === null ? undefined : this.#definition(reference.key);
      if (reference !== null && definition !== undefined)
        return { text: this.#link(reference.text, definition, image), end: reference.end };
    }
    return null;
  }

  #definition(key: string): LinkDefinition | undefined {
    return key.length > longestKey ? undefined : this.#document.links.get(definitionKey(key));
  }

  /** An image is dropped, whatever its text. */
  #link(source: string, { target, title }: LinkDefinition, image: boolean): string {
    if (image) return '';
    this.#linkDepth += 1;
    this.#inLink = true;
    const text = this.render(source);
    this.#inLink = false;
    this.#linkDepth -= 1;
    return this.#renderer.link(target, title, text);
  }
}

interface Rendered {
  readonly text: string;
  readonly end: number;
}

/** What looks ahead in one text; made when first needed, since most texts have no markup. */
class Scanners {
  readonly source: string;
  readonly #readsAngleBrackets: boolean;
  #html: HtmlScanner | undefined;
  #links: LinkScanner | undefined;
  #angleEnd: ForwardSearch | undefined;
  #angleSign: ForwardSearch | undefined;
  #lastVisible: number | undefined;

  constructor(source: string, readsAngleBrackets: boolean) {
    this.source = source;
    this.#readsAngleBrackets = readsAngleBrackets;
  }

  get html(): HtmlScanner {
    return (this.#html ??= new HtmlScanner(this.source));
  }

  get links(): LinkScanner {
    return (this.#links ??= new LinkScanner(this.source, this.#readsAngleBrackets));
  }

  /** The position of the last character that is not white space. */
  get lastVisible(): number {
    if (this.#lastVisible === undefined) {
      let last = this.source.length - 1;
      while (last >= 0 && isUnicodeWhitespace(this.source.charCodeAt(last))) last -= 1;
      this.#lastVisible = last;
    }
    return this.#lastVisible;
  }

  /** Where text that starts at a position ends: before anything that may be markup, at least one character on. */
  endOfText(position: number): number {
    textEnd.lastIndex = position + 1;
    let end = textEnd.exec(this.source)?.index ?? this.source.length;
    if (this.source[end] === '\n') while (end - 1 > position && this.source[end - 1] === ' ') end -= 1;
    return end;
  }

  /** The position of the `>` of `<scheme:rest>` or `<name@host>` without spaces, or -1. */
  endOfAngleAddress(position: number): number {
    this.#angleEnd ??= new ForwardSearch(this.source, /[ >]/g);
    this.#angleSign ??= new ForwardSearch(this.source, /[@:]/g);
    const end = this.#angleEnd.from(position + 1);
    if (this.source[end] !== '>') return -1;
    return this.#angleSign.from(position + 2) < end - 1 ? end : -1;
  }
}
