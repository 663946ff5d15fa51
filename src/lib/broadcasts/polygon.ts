/**
 * Polygons of areas: rings of pairs, latitude first, in degrees; the last pair is the first again (broadcasts sheet §1
 * and §5).
 */

export type Coordinates = readonly [latitude: number, longitude: number];
export type Ring = readonly Coordinates[];

/** What is wrong with a ring, for a sentence that starts with where it is; null when nothing is. */
export function describeRingProblem(ring: Ring): string | null {
  if (ring.length < 4) return 'has fewer than 4 points';
  const outside = ring.find(([latitude, longitude]) => !isPlace(latitude, longitude));
  if (outside !== undefined) return `has a point that is no latitude and longitude: ${formatPoint(outside)}`;
  return isClosed(ring) ? null : 'is not closed';
}

/** True for a latitude and a longitude in degrees. */
export function isPlace(latitude: number, longitude: number): boolean {
  // False for NaN, too.
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
}

/** True when the last point is the first. */
export function isClosed(ring: Ring): boolean {
  const [first, last] = [ring[0], ring.at(-1)];
  return first !== undefined && last !== undefined && first[0] === last[0] && first[1] === last[1];
}

/** The ring in a document: `lat,long lat,long …`. */
export function formatRing(ring: Ring): string {
  let text = '';
  for (const point of ring) text += text === '' ? formatPoint(point) : ` ${formatPoint(point)}`;
  return text;
}

function formatPoint([latitude, longitude]: Coordinates): string {
  return `${formatDecimal(latitude)},${formatDecimal(longitude)}`;
}

/** A number in plain decimals: no exponent, no zeros at the end, no negative zero. */
export function formatDecimal(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  const plain = value.toFixed(20).replace(/\.?0+$/, '');
  return plain === '-0' ? '0' : plain;
}

/** A ring whose degrees have six places, as they are stored. */
export function roundRing(ring: Ring): Ring {
  return ring.map(([latitude, longitude]) => [roundDegrees(latitude), roundDegrees(longitude)]);
}

function roundDegrees(value: number): number {
  // `+ 0` makes a negative zero a zero.
  return Math.round(value * 1e6) / 1e6 + 0;
}
