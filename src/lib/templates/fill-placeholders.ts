import type { JsonObject } from '../core/json.ts';
import { escapeHtml } from './html-escape.ts';
import { isTruthyText, valueText, type ListStyle } from './placeholder-values.ts';
import { indexPersonalisation, parseContent, placeholderKey, type Placeholder } from './placeholders.ts';

/** How a placeholder without a value is shown (templating sheet §3). */
export type UnfilledStyle =
  /** `((name))` in markup: for HTML, and for the API body of emails and letters. */
  | 'spans'
  /** `((name))`. */
  | 'text'
  /** `name` in markup: for addresses and recipients. */
  | 'spans-without-brackets'
  /** `name`. */
  | 'text-without-brackets';

export interface FillOptions {
  /** Escape mode makes HTML of content and values; otherwise both pass as they are. */
  readonly escape: boolean;
  readonly lists: ListStyle;
  readonly unfilled: UnfilledStyle;
  /** Show `hidden` in place of every placeholder that has no value. */
  readonly redact?: boolean | undefined;
}

/**
 * Puts values into content (templating sheet §2 and §3). Values are inserted once: placeholders inside them stay text.
 */
export function fillPlaceholders(content: string, personalisation: JsonObject, options: FillOptions): string {
  const unfilled = options.redact === true ? showRedacted(options.unfilled) : showUnfilled(options.unfilled);
  return fillWith(content, personalisation, options, unfilled);
}

/** `fillPlaceholders` with a free choice of what stands for a placeholder without a value. */
export function fillWith(
  content: string,
  personalisation: JsonObject,
  options: Pick<FillOptions, 'escape' | 'lists'>,
  unfilled: (placeholder: Placeholder) => string,
): string {
  // Escaping comes before the search: `&lpar;&lpar;name&rpar;&rpar;` is a placeholder in HTML.
  const source = options.escape ? escapeHtml(content) : content;
  if (!source.includes('((')) return source;
  const values = indexPersonalisation(options.escape ? withEscapedNames(personalisation) : personalisation);
  let filled = '';
  for (const part of parseContent(source)) {
    if (typeof part === 'string') {
      filled += part;
      continue;
    }
    const text = valueText(values.get(placeholderKey(part.name)), options.lists);
    if (text === null) {
      filled += unfilled(part);
      continue;
    }
    const shown = options.escape ? escapeHtml(text) : text;
    if (part.conditionalText === null) filled += shown;
    else if (isTruthyText(shown)) filled += part.conditionalText;
  }
  return filled;
}

// Names in the content have been escaped, so the names of the values are too: `((this&that))` finds `this&that`.
function withEscapedNames(personalisation: JsonObject): JsonObject {
  const escaped = Object.create(null) as JsonObject;
  for (const name in personalisation) escaped[escapeHtml(name)] = personalisation[name]!;
  return escaped;
}

function showUnfilled(style: UnfilledStyle): (placeholder: Placeholder) => string {
  switch (style) {
    case 'text':
      return ({ name, conditionalText }) => `((${conditionalText === null ? name : `${name}??${conditionalText}`}))`;
    case 'text-without-brackets':
      return ({ name }) => name;
    case 'spans-without-brackets':
      return ({ name }) => `<span class='placeholder-no-brackets'>${name}</span>`;
    case 'spans':
      return ({ name, conditionalText }) =>
        conditionalText === null
          ? `<span class='placeholder'>&#40;&#40;${name}&#41;&#41;</span>`
          : `<span class='placeholder-conditional'>&#40;&#40;${name}??</span>${conditionalText}&#41;&#41;`;
  }
}

function showRedacted(style: UnfilledStyle): () => string {
  const html = style === 'spans' || style === 'spans-without-brackets';
  return () => (html ? "<span class='placeholder-redacted'>hidden</span>" : '[hidden]');
}
