import { trimUnicode } from '../whitespace.ts';
import { parseBlocks } from './block-parser.ts';
import type { Block, ListItem } from './blocks.ts';
import { InlineRenderer } from './inline-renderer.ts';
import type { MarkdownRenderer } from './renderer.ts';

/** Renders a markdown text in Notify's dialect (templating sheet §5.2). Never throws; linear in the text's length. */
export function renderMarkdown(source: string, renderer: MarkdownRenderer): string {
  const document = parseBlocks(source);
  const inline = new InlineRenderer(renderer, document);
  const blocks = new BlockRenderer(renderer, inline);
  let result = blocks.render(document.blocks);
  for (const key of inline.usedFootnotes)
    result += inline.insideFootnote(() => blocks.render(document.footnotes.get(key)!));
  return result;
}

class BlockRenderer {
  readonly #renderer: MarkdownRenderer;
  readonly #inline: InlineRenderer;

  constructor(renderer: MarkdownRenderer, inline: InlineRenderer) {
    this.#renderer = renderer;
    this.#inline = inline;
  }

  render(blocks: readonly Block[]): string {
    let result = '';
    for (const block of blocks) result += this.#block(block);
    return result;
  }

  #block(block: Block): string {
    switch (block.type) {
      case 'blank-lines':
        return this.#renderer.blankLines();
      case 'rule':
        return this.#renderer.rule();
      case 'raw':
        return block.text;
      case 'heading': {
        const text = this.#inline.render(block.source);
        return this.#renderer.heading(text, block.level) ?? this.#paragraph(text);
      }
      case 'paragraph':
      case 'text':
        return this.#paragraph(this.#inline.render(block.source));
      case 'inset':
        return this.#renderer.inset(this.render(block.blocks));
      case 'list':
        return this.#renderer.list(
          block.items.map((item) => this.#item(item)),
          block.ordered,
        );
    }
  }

  #paragraph(text: string): string {
    return trimUnicode(text) === '' ? '' : this.#renderer.paragraph(text);
  }

  #item({ loose, blocks }: ListItem): string {
    let result = '';
    for (const block of blocks)
      result += block.type === 'text' && !loose ? this.#inline.render(block.source) : this.#block(block);
    return trimUnicode(result);
  }
}
