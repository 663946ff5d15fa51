/**
 * What a markdown text becomes: one implementation for each column of the table in templating sheet §5.2. Texts that
 * come in are already rendered; raw HTML and code are put out as they are by every renderer.
 */
export interface MarkdownRenderer {
  /** True where the source is not escaped: `<` and `>` round a link's target are then taken off. */
  readonly readsAngleBrackets: boolean;
  /** Null makes a paragraph of it. */
  heading(text: string, level: number): string | null;
  /** Never called for white space only. */
  paragraph(text: string): string;
  /** Two or more line feeds where a block could start. */
  blankLines(): string;
  rule(): string;
  list(items: readonly string[], ordered: boolean): string;
  inset(content: string): string;
  lineBreak(): string;
  /** An address standing in the text. */
  url(address: string): string;
  link(target: string, title: string | null, text: string): string;
}
