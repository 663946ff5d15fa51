import { decodeEntities } from '../../templates/html-entities.ts';
import type { Block, Run } from './letter-blocks.ts';

interface Container {
  readonly kind: 'heading' | 'paragraph' | 'text';
  readonly runs: Run[];
}

/** An open list, and what was open around it. */
interface OpenList {
  readonly ordered: boolean;
  readonly items: Block[][];
  readonly outer: Block[];
}

const blank = /^[ \n]*$/;
const token = /<(\/?)([a-z0-9]+)([^>]*)>|[^<]+/g;

/**
 * Reads the HTML that `renderLetter` makes of a message, or of a subject, into blocks. Texts in it are escaped, so that
 * every tag is the renderer's own; `qrCodes` holds what its tags `<qr N>` stand for.
 */
export function readLetterHtml(html: string, qrCodes: readonly string[] = []): Block[] {
  const reader = createReader(qrCodes);
  for (const [text, slash, name, attributes] of html.matchAll(token)) {
    if (name === undefined) reader.text(text);
    else if (slash === '/') reader.end(name);
    else reader.start(name, attributes!);
  }
  return reader.finish();
}

/** The runs of a text without blocks, such as a subject. */
export function readInlineHtml(html: string): readonly Run[] {
  return readLetterHtml(`<p>${html}</p>`).flatMap((block) => ('runs' in block ? block.runs : []));
}

function createReader(qrCodes: readonly string[]): {
  text: (source: string) => void;
  start: (name: string, attributes: string) => void;
  end: (name: string) => void;
  finish: () => Block[];
} {
  let blocks: Block[] = [];
  let container: Container | null = null;
  let bold = false;
  let unfilled = false;
  let isInBreak = false;
  const lists: OpenList[] = [];

  const close = (): void => {
    // A space that does not break is something: writers make empty lines of it.
    if (container !== null && container.runs.some(({ text }) => !blank.test(text))) blocks.push(container);
    container = null;
  };
  const open = (kind: Container['kind']): void => {
    close();
    container = { kind, runs: [] };
  };
  const add = (text: string): void => void container!.runs.push({ text, bold, unfilled });

  const text = (source: string): void => {
    const collapsed = decodeEntities(source).replace(/[ \t\n\r\f]+/g, ' ');
    if (isInBreak || (container === null && blank.test(collapsed))) return;
    if (container === null) open('text');
    add(collapsed);
  };

  const start = (name: string, attributes: string): void => {
    switch (name) {
      case 'h2':
        return open('heading');
      case 'p':
        return open('paragraph');
      case 'br':
        if (container === null) blocks.push({ kind: 'blank' });
        else add('\n');
        return;
      case 'strong':
        bold = true;
        return;
      case 'span':
        unfilled = true;
        return;
      case 'ul':
      case 'ol':
        close();
        lists.push({ ordered: name === 'ol', items: [], outer: blocks });
        return;
      case 'li':
        blocks = [];
        lists.at(-1)?.items.push(blocks);
        return;
      case 'qr':
        close();
        blocks.push({ kind: 'qr-code', data: qrCodes[Number(attributes)]! });
        return;
      case 'div':
        // The box of a placeholder stands in a paragraph; the renderer makes every hyphen one that does not break.
        if (/page.break/.test(attributes)) {
          close();
          blocks.push({ kind: 'page-break' });
          isInBreak = true;
        }
        return;
      default:
        throw new TypeError(`A letter has no <${name}>`);
    }
  };

  const end = (name: string): void => {
    if (name === 'strong') bold = false;
    else if (name === 'span') unfilled = false;
    else if (name === 'div') isInBreak = false;
    else {
      close();
      if (name !== 'ul' && name !== 'ol') return;
      const list = lists.pop()!;
      blocks = list.outer;
      blocks.push({ kind: 'list', ordered: list.ordered, items: list.items });
    }
  };

  return {
    text,
    start,
    end,
    finish() {
      close();
      return blocks;
    },
  };
}
