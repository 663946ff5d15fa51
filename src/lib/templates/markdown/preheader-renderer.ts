import { emailTextRenderer } from './email-text-renderer.ts';
import type { MarkdownRenderer } from './renderer.ts';

/** The line that mail programs show beside the subject: text without headings, rules and targets (sheet §5.4). */
export const preheaderRenderer: MarkdownRenderer = {
  ...emailTextRenderer,
  readsAngleBrackets: false,
  heading: () => null,
  rule: () => '',
  link: (_target, title, text) => `${text}${title === null || title === '' ? '' : ` (${title})`}`,
};
