const note = '<!-- Generated from the code by `npm run docs:generate`. Do not edit. -->';

/** A generated page: its title, the note, and its parts with blank lines between. */
export function page(title: string, ...parts: string[]): string {
  return `${[note, `# ${title}`, ...parts].join('\n\n')}\n`;
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export function code(text: string): string {
  return `\`${text}\``;
}
