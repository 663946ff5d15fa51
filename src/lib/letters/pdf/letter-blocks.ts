/** The message of a letter as it is laid out. */
export type Block =
  | { readonly kind: 'heading' | 'paragraph' | 'text'; readonly runs: readonly Run[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Block[])[] }
  | { readonly kind: 'qr-code'; readonly data: string }
  /** An empty line. */
  | { readonly kind: 'blank' }
  | { readonly kind: 'page-break' };

/** Text of one look. White space is one space; a line feed breaks the line. */
export interface Run {
  readonly text: string;
  readonly bold: boolean;
  /** Stands for a value that is not there yet. */
  readonly unfilled: boolean;
}
