import type { MarkdownRenderer } from './renderer.ts';

/**
 * The message of a letter (templating sheet §5.2, column "Letter", and §6): links stay as they were written, smaller
 * headings are paragraphs, a rule is a page break.
 *
 * @param qrCode what stands for a paragraph that may ask for a QR code; null when it asks for none
 */
export function createLetterRenderer(qrCode: (paragraph: string) => string | null): MarkdownRenderer {
  return {
    readsAngleBrackets: false,
    heading: (text, level) => (level === 1 ? `<h2>${text}</h2>\n` : null),
    paragraph: (text) => `<p>${qrCode(text) ?? text}</p>`,
    blankLines: () => '<br>',
    rule: () => '<div class="page-break">&nbsp;</div>',
    list: (items, ordered) => {
      const tag = ordered ? 'ol' : 'ul';
      return `<${tag}>\n${items.map((item) => `<li>${item}</li>\n`).join('')}</${tag}>\n`;
    },
    inset: (content) => content,
    lineBreak: () => '<br>',
    url: (address) =>
      address.replace(/^https?:\/\//, (protocol) => `<strong data-original-protocol='${protocol}'>`) + '</strong>',
    link: (target, title, text) => `[${text}](${target}${title === null || title === '' ? '' : ` "${title}"`})`,
  };
}
