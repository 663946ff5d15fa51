import { wordClass } from './unicode-classes.ts';

/**
 * Finds what mail programs and phones make a link of, also without a protocol (public API sheet §4.6): an optional
 * `http(s)://`, labels each with one full stop, an ending of 2-63 letters, and a path up to white space or `<`.
 *
 * Written as a scan over runs of label characters: a regular expression would try a hostile run from each of its
 * hyphens.
 */

const labelRun = new RegExp(`[${wordClass}-]+`, 'gu');
const protocolBefore = new RegExp(`(?<![${wordClass}@.])https?$`, 'iu');
const ending = new RegExp(`[a-z]{2,63}(?![${wordClass}@])`, 'iuy');
const path = /[/?#][^<\s]*/y;
const innerBoundary = new RegExp(`(?<=[${wordClass}])-|(?<=-)[${wordClass}]`, 'u');
const wordStart = new RegExp(`^[${wordClass}]`, 'u');

/** Replaces every URL-like run of a text, from left to right. */
export function replaceUrlLike(text: string, replace: (found: string) => string): string {
  let result = '';
  let copied = 0;
  const run = new RegExp(labelRun);
  for (let match = run.exec(text); match !== null; match = run.exec(text)) {
    const found = findFrom(text, match.index, run.lastIndex);
    if (found.end === -1) {
      run.lastIndex = Math.max(run.lastIndex, found.searched);
      continue;
    }
    result += text.slice(copied, found.start) + replace(text.slice(found.start, found.end));
    copied = found.end;
    run.lastIndex = found.end;
  }
  return copied === 0 ? text : result + text.slice(copied);
}

interface Found {
  readonly start: number;
  /** -1 when nothing is found. */
  readonly end: number;
  /** Up to here there is nothing else to find. */
  readonly searched: number;
}

function findFrom(text: string, runStart: number, runEnd: number): Found {
  if (text.startsWith('://', runEnd)) {
    // The character before the run decides too whether a protocol may start here.
    const from = Math.max(runStart - 1, 0);
    const protocol = protocolBefore.exec(text.slice(from, runEnd));
    if (protocol === null) return { start: -1, end: -1, searched: runEnd };
    const { end } = passLabels(text, runEnd + 3);
    return { start: from + protocol.index, end, searched: runEnd };
  }
  if (text[runEnd] !== '.') return { start: -1, end: -1, searched: runEnd };
  const { end, searched } = passLabels(text, runStart);
  return { start: firstStart(text, runStart, runEnd), end, searched };
}
