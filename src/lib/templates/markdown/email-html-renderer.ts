import { linkTarget } from './link-target.ts';
import type { MarkdownRenderer } from './renderer.ts';

/** The HTML version of an email (templating sheet §5.2): the styles stand in the tags, since mail programs drop sheets. */
export const emailHtmlRenderer: MarkdownRenderer = {
  readsAngleBrackets: false,
  heading: (text, level) => {
    if (level === 1) return `<h2 style="${headingStyle('27px', '35px')}">${text}</h2>`;
    return level === 2 ? `<h3 style="${headingStyle('19px', '25px')}">${text}</h3>` : null;
  },
  paragraph: (text) => `<p style="Margin: 0 0 20px 0; font-size: 19px; line-height: 25px; color: #0B0C0C;">${text}</p>`,
  blankLines: () => '<br>',
  rule: () => '<hr style="border: 0; height: 1px; background: #B1B4B6; Margin: 30px 0 30px 0;">',
  list: (items, ordered) => {
    const tag = ordered ? 'ol' : 'ul';
    const style = `Margin: 0 0 0 20px; padding: 0; list-style-type: ${ordered ? 'decimal' : 'disc'};`;
    return (
      '<table role="presentation" style="padding: 0 0 20px 0;"><tr>' +
      '<td style="font-family: Helvetica, Arial, sans-serif;">' +
      `<${tag} style="${style}">${items.map(listItem).join('')}</${tag}></td></tr></table>`
    );
  },
  inset: (content) =>
    '<div style="Margin: 0 0 20px 0;"><blockquote style="Margin: 0; border-left: 10px solid #B1B4B6;' +
    `padding: 15px 0 0.1px 15px; font-size: 19px; line-height: 25px;">${content}</blockquote></div>`,
  lineBreak: () => '<br>',
  url: (address) => link(address, null, address),
  link: (target, title, text) => link(target, title, text === '' ? target : text),
};

function headingStyle(fontSize: string, lineHeight: string): string {
  return (
    `Margin: 0 0 15px 0; padding: 10px 0 0 0; font-size: ${fontSize}; line-height: ${lineHeight}; ` +
    'font-weight: bold; color: #0B0C0C;'
  );
}

function listItem(content: string): string {
  const style = 'Margin: 5px 0 5px; padding: 0 0 0 5px; font-size: 19px;line-height: 25px; color: #0B0C0C;';
  return `<li style="${style}">${content}</li>`;
}

function link(target: string, title: string | null, text: string): string {
  const titleAttribute = title === null || title === '' ? '' : ` title="${title}"`;
  return `<a style="word-wrap: break-word; color: #1D70B8;" href="${linkTarget(target)}"${titleAttribute}>${text}</a>`;
}
