import { whitespaceClass, wordClass } from './unicode-classes.ts';

/**
 * Finds what mail programs and phones make a link of, also without a protocol (public API sheet §4.6): an optional
 * `http(s)://`, labels each with one full stop, an ending of 2-63 letters, and a path up to white space or `<`.
 *
 * Written as a scan over runs of label characters: a regular expression would try a hostile run from each of its
 * hyphens.
 */

const labelRun = new RegExp(`[${wordClass}-]+`, 'gu');
const label = new RegExp(`[${wordClass}-]+`, 'uy');
const protocol = new RegExp(`(?<![${wordClass}@.])https?$`, 'iu');
const ending = new RegExp(`[a-z]{2,63}(?![${wordClass}@])`, 'iuy');
const path = new RegExp(`[/?#][^<${whitespaceClass}]*`, 'y');
// A word boundary; labels may start at any, except right after `@` or a full stop.
const start = new RegExp(`(?<![${wordClass}@.])(?=[${wordClass}])|(?<=[${wordClass}])(?=-)`, 'u');

/** Replaces every URL-like run of a text, from left to right. */
export function replaceUrlLike(text: string, replace: (found: string) => string): string {
  let result = '';
  let copied = 0;
  const runs = new RegExp(labelRun);
  for (let run = runs.exec(text); run !== null; run = runs.exec(text)) {
    const from = findStart(text, run.index, runs.lastIndex);
    if (from === -1) continue;
    const afterProtocol = text.startsWith('://', runs.lastIndex);
    const { end, searched } = passLabels(text, afterProtocol ? runs.lastIndex + 3 : from);
    if (end === -1) {
      // The labels of a bare name have no ending from any of them; after a protocol they may start anew.
      if (!afterProtocol) runs.lastIndex = Math.max(runs.lastIndex, searched);
      continue;
    }
    result += text.slice(copied, from) + replace(text.slice(from, end));
    copied = end;
    runs.lastIndex = end;
  }
  return copied === 0 ? text : result + text.slice(copied);
}

/** Where a URL may start in a run of label characters: at its first boundary, or at the protocol that ends it. */
function findStart(text: string, runStart: number, runEnd: number): number {
  const pattern = text.startsWith('://', runEnd) ? protocol : text[runEnd] === '.' ? start : null;
  if (pattern === null) return -1;
  // The character before the run has a say too.
  const before = Math.max(runStart - 1, 0);
  const found = text.slice(before, runEnd).search(pattern);
  return found === -1 ? -1 : before + found;
}

/**
 * Goes over labels, each with its full stop.
 *
 * @returns the end of the longest URL-like run, path included, or -1; and how far the labels went
 */
function passLabels(text: string, position: number): { end: number; searched: number } {
  let end = -1;
  let at = position;
  for (;;) {
    label.lastIndex = at;
    if (!label.test(text) || text[label.lastIndex] !== '.') break;
    at = label.lastIndex + 1;
    ending.lastIndex = at;
    if (ending.test(text)) end = ending.lastIndex;
  }
  if (end === -1) return { end, searched: at };
  path.lastIndex = end;
  return { end: path.test(text) ? path.lastIndex : end, searched: at };
}
