/** The tree of a parsed markdown text (templating sheet §5.2). Inline markup is still source text in it. */
export type Block =
  /** Two or more line feeds where a block could start. */
  | { readonly type: 'blank-lines' }
  | { readonly type: 'rule' }
  /** Code and HTML: put out as they are. */
  | { readonly type: 'raw'; readonly text: string }
  | { readonly type: 'heading'; readonly level: number; readonly source: string }
  | { readonly type: 'paragraph'; readonly source: string }
  /** Lines of a list item: bare in a tight item, a paragraph anywhere else. */
  | { readonly type: 'text'; source: string }
  | { readonly type: 'inset'; readonly blocks: readonly Block[] }
  | { readonly type: 'list'; readonly ordered: boolean; readonly items: readonly ListItem[] };

export interface ListItem {
  /** True when its text makes paragraphs. */
  readonly loose: boolean;
  readonly blocks: readonly Block[];
}

export interface LinkDefinition {
  readonly target: string;
  readonly title: string | null;
}

export interface ParsedDocument {
  readonly blocks: readonly Block[];
  /** `[key]: target "title"`, by key; they count for the whole text. */
  readonly links: ReadonlyMap<string, LinkDefinition>;
  /** `[^key]: text`, by key. */
  readonly footnotes: ReadonlyMap<string, readonly Block[]>;
}
