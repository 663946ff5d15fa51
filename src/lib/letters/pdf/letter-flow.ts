import type { Block } from './letter-blocks.ts';
import { body, fewestLines, listIndent, markerGap, qrCodeSide, spacing, styles } from './letter-sheet.ts';
import type { TypeStyle } from './letter-sheet.ts';
import { breakLines, widthOf, type Line } from './text-lines.ts';

/** One thing after another down the page; how far apart is the larger of what both ask for. */
export type FlowItem = TextItem | QrCodeItem | PageBreak;

interface Spaced {
  readonly above: number;
  readonly below: number;
}

export interface TextItem extends Spaced {
  readonly kind: 'text';
  readonly style: TypeStyle;
  /** From the left edge of the body. */
  readonly indent: number;
  readonly lines: readonly Line[];
  /** Before the first line: a bullet or a number. */
  readonly marker: { readonly text: string; readonly x: number } | null;
  /** Lines that stay together at the end of a page. */
  readonly fewestAtEnd: number;
  readonly staysWithNext: boolean;
}

export interface QrCodeItem extends Spaced {
  readonly kind: 'qr-code';
  readonly data: string;
}

export interface PageBreak {
  readonly kind: 'page-break';
}

const none: Spaced = { above: 0, below: 0 };
const bullet = '•';

/** Text with its lines broken to the width of the body. */
export function textItem(
  runs: Parameters<typeof breakLines>[0],
  style: TypeStyle,
  options: Partial<Omit<TextItem, 'kind' | 'style' | 'lines'>> = {},
): TextItem {
  const { indent = 0 } = options;
  const lines = breakLines(runs, style, body.width - indent);
  const fewestAtEnd = fewestLines.ofOtherAtEnd;
  return {
    kind: 'text',
    style,
    lines,
    indent,
    marker: null,
    fewestAtEnd,
    staysWithNext: false,
    ...none,
    ...options,
  };
}

/** Turns the blocks of a message into what flows down its pages. */
export function flowOf(blocks: readonly Block[], indent: number = 0, depth: number = 0): FlowItem[] {
  return blocks.flatMap((block) => {
    switch (block.kind) {
      case 'heading':
        return [textItem(block.runs, styles.heading, { ...spacing.heading, indent, staysWithNext: true })];
      case 'paragraph':
        return [
          textItem(block.runs, styles.body, {
            ...spacing.paragraph,
            indent,
            fewestAtEnd: fewestLines.ofParagraphAtEnd,
          }),
        ];
      case 'text':
        return [textItem(block.runs, styles.body, { indent })];
      case 'blank':
        return [textItem([], styles.body, { indent })];
      case 'qr-code':
        return [{ ...block, ...spacing.qrCode }];
      case 'page-break':
        return [block];
      case 'list':
        return flowOfList(block, indent, depth);
    }
  });
}

function flowOfList({ ordered, items }: Extract<Block, { kind: 'list' }>, indent: number, depth: number): FlowItem[] {
  const isNumbered = ordered && depth === 0;
  const markers = items.map((_item, index) => (isNumbered ? `${index + 1}.` : bullet));
  const widest = widthOf(markers.at(-1) ?? bullet, styles.body) + markerGap;
  const inner = indent + (isNumbered ? Math.max(listIndent.numbers, widest) : listIndent.bullets);
  const flow = items.flatMap((item, index) => {
    const text = markers[index]!;
    const x = isNumbered ? inner - markerGap - widthOf(text, styles.body) : indent;
    return withMarker(flowOf(item, inner, depth + 1), { text, x }, inner);
  });
  const above = depth === 0 ? spacing.list.above : spacing.innerList;
  return withSpace(flow, { above, below: spacing.list.below });
}

/** The marker stands at the first line of an item, which need not have one of its own. */
function withMarker(flow: FlowItem[], marker: NonNullable<TextItem['marker']>, indent: number): FlowItem[] {
  const [first, ...rest] = flow;
  if (first?.kind === 'text' && first.marker === null) return [{ ...first, marker }, ...rest];
  return [textItem([], styles.body, { indent, marker, staysWithNext: flow.length > 0 }), ...flow];
}

/** What a box asks for around itself is asked for by what is first and last in it. */
function withSpace(flow: FlowItem[], { above, below }: Spaced): FlowItem[] {
  return flow.map((item, index) => {
    if (item.kind === 'page-break') return item;
    return {
      ...item,
      above: index === 0 ? Math.max(item.above, above) : item.above,
      below: index === flow.length - 1 ? Math.max(item.below, below) : item.below,
    };
  });
}

export function heightOf(item: TextItem | QrCodeItem, lines?: number): number {
  return item.kind === 'qr-code' ? qrCodeSide : (lines ?? item.lines.length) * item.style.leading;
}
