import { PDFDict, PDFName, PDFRawStream, type PDFContext, PDFArray, PDFNumber } from '@cantoo/pdf-lib';
import { Name, opaque, readOperations, type Operand, type Operation } from './content-stream.ts';
import { characterReaderOf, type CharacterReader } from './font-widths.ts';
import { addNamed, decoded } from './pdf-objects.ts';
import { boxAround, combine, identity, touches, type Box, type Matrix } from './matrix.ts';
import { initialTextState, type TextState } from './text-state.ts';

/** The font is null before one is chosen. */
type State = TextState<CharacterReader | null>;

/** Of a character's height in em: enough for marks and descenders. */
const extent = { below: -0.25, above: 0.95 };
/** As deep as contents may include others. */
const mostDepth = 20;

/**
 * The content of a page, or of something that it includes, without the characters that touch a box; everything else
 * stays where it is. Texts that stand in for what is shown (`ActualText`) are left out everywhere.
 *
 * @param matrix from the content to the page, in whose terms the box is
 * @throws Error for content that cannot be understood
 */
export async function redactContent(
  content: Uint8Array,
  { context, resources, box, matrix }: { context: PDFContext; resources: PDFDict | null; box: Box; matrix: Matrix },
): Promise<Uint8Array> {
  const redaction = new Redaction(context, box);
  return (await redaction.run(content, resources, { ...initialTextState(null), matrix }, 0)) ?? content;
}

class Redaction {
  readonly #context: PDFContext;
  readonly #box: Box;
  readonly #readers = new Map<PDFDict, Promise<CharacterReader>>();

  constructor(context: PDFContext, box: Box) {
    this.#context = context;
    this.#box = box;
  }

  /** Null when everything stays. */
  async run(content: Uint8Array, resources: PDFDict | null, initial: State, depth: number): Promise<Uint8Array | null> {
    if (depth > mostDepth) throw new Error('contents include each other too deep');
    const output: Uint8Array[] = [];
    let copied = 0;
    let isChanged = false;
    const replace = ({ start, end }: Operation, text: string): void => {
      output.push(content.subarray(copied, start), Buffer.from(` ${text} `, 'latin1'));
      copied = end;
      isChanged = true;
    };

    let state = initial;
    const saved: State[] = [];
    let line = identity;
    let text = identity;
    const newLine = (x: number, y: number): void => void (text = line = combine(line, [1, 0, 0, 1, x, y]));

    for (const operation of readOperations(content)) {
      const { operator, operands } = operation;
      const number = (index: number): number => (typeof operands[index] === 'number' ? operands[index] : 0);
      switch (operator) {
        case 'q':
          saved.push(state);
          break;
        case 'Q':
          // Content must not end what was begun outside of it.
          if (saved.length === 0) replace(operation, '');
          state = saved.pop() ?? state;
          break;
        case 'cm':
          state = { ...state, matrix: combine(state.matrix, matrixOf(operands)) };
          break;
        case 'BT':
          text = line = identity;
          break;
        case 'Tc':
          state = { ...state, characterSpacing: number(0) };
          break;
        case 'Tw':
          state = { ...state, wordSpacing: number(0) };
          break;
        case 'Tz':
          state = { ...state, stretch: number(0) / 100 };
          break;
        case 'TL':
          state = { ...state, leading: number(0) };
          break;
        case 'Ts':
          state = { ...state, rise: number(0) };
          break;
        case 'Tf':
          state = { ...state, font: await this.#fontOf(resources, operands[0]), size: number(1) };
          break;
        case 'gs':
          state = await this.#withGraphicsState(state, resources, operands[0]);
          break;
        case 'Td':
          newLine(number(0), number(1));
          break;
        case 'TD':
          state = { ...state, leading: -number(1) };
          newLine(number(0), number(1));
          break;
        case 'Tm':
          text = line = matrixOf(operands);
          break;
        case 'T*':
          newLine(0, -state.leading);
          break;
        case "'":
        case '"':
        case 'Tj':
        case 'TJ': {
          if (operator === '"') state = { ...state, wordSpacing: number(0), characterSpacing: number(1) };
          if (operator === "'" || operator === '"') newLine(0, -state.leading);
          const shown = this.#withoutBox(state, text, operands.at(-1));
          text = combine(text, [1, 0, 0, 1, shown.advance, 0]);
          if (shown.rest === null) break;
          const before = operator === '"' ? `${number(0)} Tw ${number(1)} Tc T*` : operator === "'" ? 'T*' : '';
          replace(operation, `${before} ${shown.rest}`);
          break;
        }
        case 'BDC':
          if (!isOptionalContent(operands)) replace(operation, `/${tagOf(operands)} BMC`);
          break;
        case 'DP':
          replace(operation, '');
          break;
        case 'Do': {
          const instead = await this.#included(resources, operands[0], state, depth);
          if (instead !== null) replace(operation, `/${instead} Do`);
          break;
        }
      }
    }
    if (!isChanged && saved.length === 0) return null;
    const ends = Buffer.from('\nQ'.repeat(saved.length), 'latin1');
    return Buffer.concat([...output, content.subarray(copied), ends]);
  }

  /** What is left of a shown text, as an operation, and how far it moves; `rest` is null when all of it stays. */
  #withoutBox(state: State, text: Matrix, shown: Operand | undefined): { rest: string | null; advance: number } {
    const { font, size, stretch, rise } = state;
    const toPage = combine(state.matrix, text);
    const parts = Array.isArray(shown) ? (shown as readonly Operand[]) : [shown];
    const kept: string[] = [];
    let advance = 0;
    let hasRemoved = false;
    // One gap for all of a removed text: those of its characters would tell which they were.
    let gap = 0;
    const keep = (bytes: Uint8Array): void => {
      if (gap !== 0) kept.push(gap.toFixed(3));
      gap = 0;
      kept.push(`<${Buffer.from(bytes).toString('hex')}>`);
    };
    for (const part of parts) {
      if (typeof part === 'number') {
        advance -= (part / 1000) * size * stretch;
        gap += part;
        continue;
      }
      if (!(part instanceof Uint8Array)) continue;
      if (font === null) throw new Error('a text has no font');
      for (const { bytes, width, isSpace } of font(part)) {
        const spacing = state.characterSpacing + (isSpace ? state.wordSpacing : 0);
        const glyph = boxAround(toPage, {
          left: advance,
          right: advance + width * size * stretch,
          bottom: rise + Math.min(extent.below * size, extent.above * size),
          top: rise + Math.max(extent.below * size, extent.above * size),
        });
        if (touches(glyph, this.#box)) {
          hasRemoved = true;
          if (size !== 0) gap -= ((width * size + spacing) / size) * 1000;
        } else keep(bytes);
        advance += (width * size + spacing) * stretch;
      }
    }
    if (gap !== 0) kept.push(gap.toFixed(3));
    return { rest: hasRemoved ? `[${kept.join(' ')}] TJ`.replaceAll('> <', '') : null, advance };
  }

  /** Under which name something that is included, but touches the box with its texts, is included without them. */
  async #included(
    resources: PDFDict | null,
    name: Operand | undefined,
    state: State,
    depth: number,
  ): Promise<string | null> {
    const objects = resources?.lookup(PDFName.of('XObject'));
    if (!(name instanceof Name) || !(objects instanceof PDFDict)) return null;
    const found = objects.lookup(PDFName.of(name.text));
    if (!(found instanceof PDFRawStream) || found.dict.lookup(PDFName.of('Subtype')) !== PDFName.of('Form'))
      return null;
    const matrix = combine(state.matrix, matrixIn(found.dict));
    const own = found.dict.lookup(PDFName.of('Resources'));
    const inner = own instanceof PDFDict ? own : resources;
    const redacted = await this.run(decoded(found), inner, { ...state, matrix }, depth + 1);
    if (redacted === null) return null;
    const copy = this.#context.flateStream(redacted);
    for (const [entry, value] of found.dict.entries()) {
      if (!['Length', 'Filter', 'DecodeParms'].includes(entry.decodeText())) copy.dict.set(entry, value);
    }
    return addNamed(objects, this.#context.register(copy));
  }

  async #fontOf(resources: PDFDict | null, name: Operand | undefined): Promise<CharacterReader | null> {
    const fonts = resources?.lookup(PDFName.of('Font'));
    if (!(name instanceof Name) || !(fonts instanceof PDFDict)) return null;
    return this.#readerOf(fonts.lookup(PDFName.of(name.text)));
  }

  /** A graphics state may name a font, too. */
  async #withGraphicsState(state: State, resources: PDFDict | null, name: Operand | undefined): Promise<State> {
    const states = resources?.lookup(PDFName.of('ExtGState'));
    if (!(name instanceof Name) || !(states instanceof PDFDict)) return state;
    const found = states.lookup(PDFName.of(name.text));
    const chosen = found instanceof PDFDict ? found.lookup(PDFName.of('Font')) : undefined;
    if (!(chosen instanceof PDFArray)) return state;
    const size = chosen.lookup(1);
    return {
      ...state,
      font: await this.#readerOf(chosen.lookup(0)),
      size: size instanceof PDFNumber ? size.asNumber() : state.size,
    };
  }

  #readerOf(font: unknown): Promise<CharacterReader> | null {
    if (!(font instanceof PDFDict)) return null;
    const known = this.#readers.get(font) ?? characterReaderOf(font);
    this.#readers.set(font, known);
    return known;
  }
}

function matrixIn(dict: PDFDict): Matrix {
  const found = dict.lookup(PDFName.of('Matrix'));
  if (!(found instanceof PDFArray)) return identity;
  return matrixOf(
    found.asArray().map((_, index) => {
      const each = found.lookup(index);
      return each instanceof PDFNumber ? each.asNumber() : opaque;
    }),
  );
}

function matrixOf(operands: readonly Operand[]): Matrix {
  const numbers = operands.slice(-6).filter((each) => typeof each === 'number');
  return numbers.length === 6 ? (numbers as unknown as Matrix) : identity;
}

function tagOf(operands: readonly Operand[]): string {
  return operands[0] instanceof Name ? operands[0].text.replace(/[^\w-]/g, '') || 'Span' : 'Span';
}

function isOptionalContent(operands: readonly Operand[]): boolean {
  return operands[0] instanceof Name && operands[0].text === 'OC' && operands[1] instanceof Name;
}
