import { identity, type Matrix } from './matrix.ts';

/** What the place of a text depends on; saved and restored with the graphics state (ISO 32000-1 §8.4, §9.3). */
export interface TextState<Font> {
  readonly matrix: Matrix;
  readonly font: Font;
  readonly size: number;
  readonly characterSpacing: number;
  readonly wordSpacing: number;
  /** 1 is 100 %. */
  readonly stretch: number;
  readonly leading: number;
  readonly rise: number;
}

/** At the beginning of a content. */
export function initialTextState<Font>(font: Font): TextState<Font> {
  return {
    matrix: identity,
    font,
    size: 0,
    characterSpacing: 0,
    wordSpacing: 0,
    stretch: 1,
    leading: 0,
    rise: 0,
  };
}
