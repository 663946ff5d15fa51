/**
 * Punycode encoding (RFC 3492). Node's own module for it is deprecated, and `domainToASCII` cannot be had without the
 * newer mapping of UTS 46.
 */

const base = 36;
const tMin = 1;
const tMax = 26;
const skew = 38;
const damp = 700;
const initialBias = 72;
const initialCode = 128;

/** The Punycode form of a label, without the `xn--` prefix. Lone surrogates are encoded as they are. */
export function punycodeEncode(label: string): string {
  const codes = Array.from(label, (character) => character.codePointAt(0)!);
  const basic = codes.filter((code) => code < initialCode);
  let output = String.fromCodePoint(...basic);
  if (basic.length > 0) output += '-';

  let code = initialCode;
  let delta = 0;
  let bias = initialBias;
  let handled = basic.length;
  while (handled < codes.length) {
    const next = smallestFrom(codes, code);
    delta += (next - code) * (handled + 1);
    code = next;
    for (const current of codes) {
      if (current < code) delta += 1;
      if (current !== code) continue;
      output += variableLength(delta, bias);
      bias = adapt(delta, handled + 1, handled === basic.length);
      delta = 0;
      handled += 1;
    }
    delta += 1;
    code += 1;
  }
  return output;
}

function smallestFrom(codes: readonly number[], least: number): number {
  let smallest = Infinity;
  for (const code of codes) if (code >= least && code < smallest) smallest = code;
  return smallest;
}

/** A delta as a variable-length integer, low digits first (RFC 3492 §3.3). */
function variableLength(delta: number, bias: number): string {
  let output = '';
  let rest = delta;
  for (let position = base; ; position += base) {
    const threshold = position <= bias ? tMin : position >= bias + tMax ? tMax : position - bias;
    if (rest < threshold) return output + digit(rest);
    output += digit(threshold + ((rest - threshold) % (base - threshold)));
    rest = Math.floor((rest - threshold) / (base - threshold));
  }
}

/** Bias adaptation (RFC 3492 §6.1). */
function adapt(delta: number, points: number, first: boolean): number {
  let rest = Math.floor(delta / (first ? damp : 2));
  rest += Math.floor(rest / points);
  let divisions = 0;
  while (rest > ((base - tMin) * tMax) / 2) {
    rest = Math.floor(rest / (base - tMin));
    divisions += base;
  }
  return divisions + Math.floor(((base - tMin + 1) * rest) / (rest + skew));
}

/** 0-25 are letters, 26-35 the digits 0-9. */
function digit(value: number): string {
  return String.fromCharCode(value < 26 ? value + 0x61 : value - 26 + 0x30);
}
