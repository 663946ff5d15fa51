import { escapeHtml } from '../../templates/html-escape.ts';
import type { Coordinates, Ring } from '../polygon.ts';

export interface AreaPicture {
  /** Pixels; the height follows from the area. */
  readonly width?: number;
  /** What the picture shows, for who cannot see it. */
  readonly title?: string;
}

const margin = 0.05;
/** Degrees; what is smaller is shown as if it were so large. */
const smallestExtent = 0.001;

/**
 * A picture of an area, north up: plate carrée, a degree of longitude as long as it is in the middle of the area. The
 * same area always gives the same text. Areas across the 180th meridian come out as wide as the world.
 */
export function renderAreaSvg(rings: readonly Ring[], { width = 600, title = 'Area' }: AreaPicture = {}): string {
  const frame = frameOf(rings, width);
  const paths = rings.map((ring) => `<path d="${pathOf(ring, frame)}"/>`).join('');
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${frame.height}" ` +
    `viewBox="0 0 ${width} ${frame.height}" role="img"><title>${escapeHtml(title)}</title>` +
    `<g fill="#1d70b8" fill-opacity="0.3" stroke="#1d70b8" stroke-width="2" stroke-linejoin="round">${paths}</g></svg>`
  );
}

interface Frame {
  readonly height: number;
  readonly west: number;
  readonly north: number;
  /** Pixels for a degree. */
  readonly perLatitude: number;
  readonly perLongitude: number;
}

function frameOf(rings: readonly Ring[], width: number): Frame {
  let [south, north, west, east] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [latitude, longitude] of rings.flat()) {
    [south, north] = [Math.min(south, latitude), Math.max(north, latitude)];
    [west, east] = [Math.min(west, longitude), Math.max(east, longitude)];
  }
  if (south > north) [south, north, west, east] = [0, 0, 0, 0];
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const [tall, wide] = [Math.max(north - south, smallestExtent), Math.max((east - west) * shrink, smallestExtent)];
  const border = margin * Math.max(tall, wide);
  const perLatitude = width / (wide + 2 * border);
  return {
    height: Math.ceil((tall + 2 * border) * perLatitude),
    west: (west + east) / 2 - (wide / 2 + border) / shrink,
    north: (south + north) / 2 + tall / 2 + border,
    perLatitude,
    perLongitude: perLatitude * shrink,
  };
}

function pathOf(ring: Ring, { west, north, perLatitude, perLongitude }: Frame): string {
  const pixel = ([latitude, longitude]: Coordinates): string =>
    `${tenths((longitude - west) * perLongitude)} ${tenths((north - latitude) * perLatitude)}`;
  const points = ring.map(pixel);
  // Points closer than a tenth of a pixel are one, and the last is the first again.
  const different = points.filter((point, index) => point !== points[index - 1]);
  if (different.length > 1 && different.at(-1) === different[0]) different.pop();
  return `M${different.join('L')}Z`;
}

function tenths(pixels: number): string {
  return String(Math.round(pixels * 10) / 10 + 0);
}
