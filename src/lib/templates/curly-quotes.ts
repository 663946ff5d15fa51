import { digitClass, whitespaceClass, wordClass } from './unicode-classes.ts';

/**
 * Straight quotes to curly ones in text or HTML (templating sheet §5.1.1). Tags are left alone, and so is the text
 * between the tags of links, code and scripts.
 */
export function curlQuotes(text: string): string {
  if (!mayChange.test(text)) return text;
  const openElements: string[] = [];
  let previousCharacter = '';
  let result = '';
  for (const { tag, text: segment } of markupPieces(text)) {
    if (tag) {
      result += segment;
      trackOpenElements(openElements, segment);
      continue;
    }
    result += openElements.length === 0 ? curlSegment(segment, previousCharacter) : segment;
    previousCharacter = segment.at(-1)!;
  }
  return result;
}

const mayChange = /['"\\]|&#82/;

interface MarkupPiece {
  /** False for text between tags, and for a comment with `--` inside, which is no comment. */
  readonly tag: boolean;
  readonly text: string;
}

function* markupPieces(text: string): Generator<MarkupPiece> {
  let position = 0;
  let commentsEnd = true;
  for (;;) {
    const open = text.indexOf('<', position);
    if (open === -1) break;
    let end = -1;
    let tag = true;
    // A search for the end of a comment that failed once fails for good: asking again would cost quadratic time.
    if (commentsEnd && text.startsWith('<!--', open)) {
      commentEnd.lastIndex = open + 4;
      const close = commentEnd.exec(text);
      if (close === null) commentsEnd = false;
      else {
        end = commentEnd.lastIndex;
        tag = !text.slice(open + 4, close.index).includes('--');
      }
    }
    if (end === -1) end = text.indexOf('>', open) + 1;
    if (end === 0) break;
    if (open > position) yield { tag: false, text: text.slice(position, open) };
    yield { tag, text: text.slice(open, end) };
    position = end;
  }
  if (position < text.length) yield { tag: false, text: text.slice(position) };
}

const commentEnd = new RegExp(`--[${whitespaceClass}]*>`, 'g');
// Only the start of the name is compared: `<abbr>` counts as `a`.
const quietTag = /^<(\/?)(a|pre|samp|code|tt|kbd|script|style|math)/i;

function trackOpenElements(openElements: string[], tag: string): void {
  const match = quietTag.exec(tag);
  if (match === null) return;
  const name = match[2]!.toLowerCase();
  if (match[1] === '') openElements.push(name);
  else if (openElements.at(-1) === name) openElements.pop();
}

const space = `[${whitespaceClass}]`;
const word = `[${wordClass}]`;
// What a closing quote may follow.
const closable = '[^ \\t\\r\\n\\[{(\\-]';
const afterBreak = `(${space}|&nbsp;|--|&[nm]dash;)`;
const finalS = `s(?!${word})`;

const backslashPair = /\\([\\"'.\-`])/g;
const nonSpace = new RegExp(`[^${whitespaceClass}]`);

/** The substitutions, in order: each is one pass over the result of those before. */
const substitutions: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [new RegExp(`"'(?=${word})`, 'gu'), '“‘'],
  [new RegExp(`'"(?=${word})`, 'gu'), '‘“'],
  [new RegExp(`(?<=${word})'(?=[${digitClass}]{2}s)`, 'gu'), '’'],
  [new RegExp(`${afterBreak}'(?=${word})`, 'gu'), '$1‘'],
  [new RegExp(`(${closable})'(?!${space}|${finalS}|[${digitClass}])`, 'gu'), '$1’'],
  [new RegExp(`(${closable})'(${space}|${finalS})`, 'gu'), '$1’$2'],
  [/'/g, '‘'],
  [new RegExp(`${afterBreak}"(?=${word})`, 'gu'), '$1“'],
  [new RegExp(`"(?=${space})`, 'gu'), '”'],
  [new RegExp(`(${closable})"`, 'gu'), '$1”'],
  [/"/g, '“'],
];

const punctuationReference = /&#(8211|8212|8216|8217|8220|8221|8230);/g;

function curlSegment(segment: string, previousCharacter: string): string {
  if (!mayChange.test(segment)) return segment;
  let text = segment.replace(backslashPair, (_pair, character: string) => `&#${character.charCodeAt(0)};`);
  if (text === "'") return nonSpace.test(previousCharacter) ? '’' : '‘';
  if (text === '"') return nonSpace.test(previousCharacter) ? '”' : '“';
  if (text.includes("'") || text.includes('"'))
    for (const [pattern, replacement] of substitutions) text = text.replace(pattern, replacement);
  return text.replace(punctuationReference, (_reference, code: string) => String.fromCharCode(Number(code)));
}
