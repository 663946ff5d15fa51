import type { MarkdownRenderer } from './renderer.ts';

/** The width of rules and underlines in plain text, in characters. */
const columnWidth = 65;

/** The text version of an email (templating sheet §5.2). What it renders is decoded afterwards. */
export const emailTextRenderer: MarkdownRenderer = {
  readsAngleBrackets: true,
  heading: (text, level) => (level > 2 ? null : `\n\n\n${text}\n${(level === 1 ? '=' : '-').repeat(columnWidth)}`),
  paragraph: (text) => `\n\n${text}`,
  blankLines: () => '\n',
  rule: () => `\n\n${'=-'.repeat(columnWidth).slice(0, columnWidth)}`,
  list: (items, ordered) => `\n${items.map((item, index) => `\n${ordered ? `${index + 1}.` : '•'} ${item}`).join('')}`,
  inset: (content) => content,
  lineBreak: () => '\n',
  url: (address) => address,
  link: (target, title, text) => `${text}${title === null || title === '' ? '' : ` (${title})`}: ${target}`,
};
