/**
 * The short way for ordinary UK mobile numbers, which are nearly all of the traffic. It answers only where the answer is
 * beyond doubt; everything else goes through the numbering plans (`phone-parser.ts`).
 */

const separators = /[ ()-]/g;
const written = /^(?:\+440?|00440?|440?|0)?(7[1-57-9]\d{8})$/;
/** Longest text that the short way looks at: a number with generous punctuation. */
const longestWritten = 40;

/**
 * Four-digit blocks of 071-075 and 077-079 that are not wholly UK mobiles: Jersey, Guernsey, the Isle of Man, the range
 * for drama (07700), and blocks cut between them and the UK. 070 (personal) and 076 (pagers) are not looked at.
 */
const mixedBlocks: ReadonlySet<string> = new Set([
  '7457',
  '7509',
  '7524',
  '7700',
  '7781',
  '7797',
  '7829',
  '7839',
  '7911',
  '7937',
]);

/** Ofcom's numbers for drama, which demonstrations and tests send to. */
const dramaBlock = '77009';

/** Digits with country code of an ordinary UK mobile number, or null when the numbering plans have to be asked. */
export function parseCommonUkMobile(input: string): string | null {
  const national = readNational(input);
  return national === null || mixedBlocks.has(national.slice(0, 4)) ? null : `44${national}`;
}

/** Digits with country code of a number for drama, or null when the numbering plans have to be asked. */
export function parseDramaNumber(input: string): string | null {
  const national = readNational(input);
  return national?.startsWith(dramaBlock) ? `44${national}` : null;
}

function readNational(input: string): string | null {
  if (input.length > longestWritten) return null;
  return written.exec(input.replace(separators, ''))?.[1] ?? null;
}
