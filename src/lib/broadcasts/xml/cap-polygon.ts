import { pythonNumber } from '../../templates/python-text.ts';
import { describeRingProblem, type Coordinates, type Ring } from '../polygon.ts';

/** A polygon of a CAP document, and what the API says of it (broadcasts sheet §11). */
export interface CapRing {
  /** Its points, up to the first that is none. */
  readonly ring: Ring;
  /** Null when a broadcast can be made of it. */
  readonly problem: string | null;
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** A piece that is no point is quoted up to here. */
const longestQuote = 40;

/** Reads `lat,long lat,long …`; any white space parts the points. */
export function readCapRing(text: string): CapRing {
  const ring: Coordinates[] = [];
  for (const piece of text.split(/\s+/)) {
    if (piece === '') continue;
    const point = readPoint(piece);
    if (point === null)
      return { ring, problem: `areas polygon has a point that is no latitude,longitude: ${quote(piece)}` };
    ring.push(point);
  }
  if (ring.length < 4) return { ring, problem: `areas ${toPython(ring)} is not valid under any of the given schemas` };
  const problem = describeRingProblem(ring);
  return { ring, problem: problem === null ? null : `areas polygon ${problem}` };
}

function readPoint(piece: string): Coordinates | null {
  const [latitude, longitude, more] = piece.split(',', 3);
  if (latitude === undefined || longitude === undefined || more !== undefined) return null;
  return decimal.test(latitude) && decimal.test(longitude) ? [Number(latitude), Number(longitude)] : null;
}

function quote(piece: string): string {
  return piece.length > longestQuote ? `${piece.slice(0, longestQuote)}…` : piece;
}

function toPython(ring: Ring): string {
  const float = (value: number): string => (Number.isInteger(value) ? `${value}.0` : pythonNumber(value));
  return `[${ring.map(([latitude, longitude]) => `[${float(latitude)}, ${float(longitude)}]`).join(', ')}]`;
}
