import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/lib/core/json.ts';
import type { Block } from '../../../../src/lib/letters/pdf/letter-blocks.ts';
import { readInlineHtml, readLetterHtml } from '../../../../src/lib/letters/pdf/read-letter-html.ts';
import { renderLetter } from '../../../../src/lib/templates/render-letter.ts';
import { readVectors } from '../../templates/read-vectors.ts';

function blocksOf(content: string, personalisation: JsonObject = {}): Block[] {
  const qrCodes: string[] = [];
  const drawQrCode = (data: string): string => `<qr ${qrCodes.push(data) - 1}>`;
  const { htmlBody } = renderLetter({ subject: 's', content, personalisation, drawQrCode });
  return readLetterHtml(htmlBody, qrCodes);
}

/** Blocks in short: texts with `**` round what is bold and `((` as it is. */
function short(blocks: readonly Block[]): unknown[] {
  return blocks.map((block) => {
    if ('runs' in block) {
      const text = block.runs.map(({ text, bold }) => (bold ? `**${text}**` : text)).join('');
      return `${block.kind}: ${text}`;
    }
    if (block.kind === 'list') return { [block.ordered ? 'ol' : 'ul']: block.items.map(short) };
    return block.kind === 'qr-code' ? `qr-code: ${block.data}` : block.kind;
  });
}

describe('the HTML of a letter', () => {
  const rows: [content: string, blocks: unknown[], values?: JsonObject][] = [
    ['a\nb', ['paragraph: a\nb']],
    ['# H\n\nb', ['heading: H', 'paragraph: b']],
    ['a & b &lt; <c>', ['paragraph: a & b < <c>']],
    ['see https://x.y/z.', ['paragraph: see **x.y/z**.']],
    ['* a\n* b', [{ ul: [['text: a'], ['text: b']] }]],
    ['* a\n\n* b', [{ ul: [['paragraph:  a'], ['paragraph:  b']] }]],
    ['* a\n\n  para', [{ ul: [['paragraph: a', 'blank', 'paragraph:  para']] }]],
    ['1. a\n  * b\n2. c', [{ ol: [['text: a', { ul: [['text: b']] }], ['text: c']] }]],
    ['\n\na', ['blank', 'paragraph: a']],
    ['a\n\n---\n\nb', ['paragraph: a', 'page-break', 'paragraph: b']],
    ['a\n\n    code\n    more', ['paragraph: a', 'text: code more']],
    ['^ inset', ['paragraph: inset']],
    ['qr: https://e.org/a-b?c=d&e', ['qr-code: https://e.org/a-b?c=d&e']],
    ['((l))', ['blank', { ul: [['text: x'], ['text: y']] }], { l: ['x', 'y'] }],
    ['((v))', ['paragraph: <qr 0></p><script> ‘x’'], { v: "<qr 0></p><script> 'x'" }],
    ['a  b&nbsp;c', ['paragraph: a b\u00a0c']],
    ['a\n\n&nbsp;\n\nb', ['paragraph: a', 'paragraph: \u00a0', 'paragraph: b']],
    ['', []],
  ];
  it.each(rows)('%j', (content, blocks, values = {}) => {
    expect(short(blocksOf(content, values))).toEqual(blocks);
  });

  it('tells values that are not there', () => {
    expect(
      readInlineHtml(renderLetter({ subject: 'Dear ((name??Ann))', content: '', personalisation: {} }).subject),
    ).toEqual([
      { text: 'Dear ', bold: false, unfilled: false },
      { text: '((name??', bold: false, unfilled: true },
      { text: 'Ann))', bold: false, unfilled: false },
    ]);
  });

  it('of every vector is read, with all its text', () => {
    const vectors = readVectors('render-letter.jsonl');
    for (const { input } of vectors) {
      const { content, personalisation } = input;
      const { htmlBody } = renderLetter({ subject: '', content, personalisation });
      const read = JSON.stringify(short(readLetterHtml(htmlBody)));
      const words = htmlBody.replace(/<[^>]*>|&[^;]*;/g, ' ').match(/[a-z0-9]+/gi) ?? [];
      for (const word of words) expect(read).toContain(word);
    }
  });

  it('refuses a tag that no letter has', () => {
    expect(() => readLetterHtml('<p>a</p><table>')).toThrow('A letter has no <table>');
  });
});
