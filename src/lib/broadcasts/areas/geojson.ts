import { AppError } from '../../core/errors.ts';
import { describeRingProblem, type Coordinates, type Ring } from '../polygon.ts';

/** Areas as GeoJSON (RFC 7946), where longitude comes first. */
export interface GeoJsonMultiPolygon {
  readonly type: 'MultiPolygon';
  /** Polygons, their rings, their points `[longitude, latitude]`. */
  readonly coordinates: readonly (readonly (readonly (readonly [number, number])[])[])[];
}

/** The outlines as one geometry; they run counterclockwise, as RFC 7946 §3.1.6 asks for. */
export function ringsToGeoJson(rings: readonly Ring[]): GeoJsonMultiPolygon {
  return {
    type: 'MultiPolygon',
    coordinates: rings.map((ring) => [
      counterclockwise(ring).map(([latitude, longitude]): [number, number] => [longitude, latitude]),
    ]),
  };
}

function counterclockwise(ring: Ring): Ring {
  let twiceArea = 0;
  for (let at = 1; at < ring.length; at += 1) {
    const [[latitude, longitude], [nextLatitude, nextLongitude]] = [ring[at - 1]!, ring[at]!];
    twiceArea += (nextLongitude - longitude) * (nextLatitude + latitude);
  }
  return twiceArea > 0 ? ring.toReversed() : ring;
}

/**
 * The outlines in a GeoJSON document: polygons, collections of them, features of them.
 *
 * @throws AppError VALIDATION_FAILED for anything else, for holes, which no broadcast can have, and for rings that are
 *   not closed, are too short or lead outside the world
 */
export function ringsFromGeoJson(value: unknown): Ring[] {
  return readObject(value, 'GeoJSON');
}

function readObject(value: unknown, path: string): Ring[] {
  const { type, coordinates, geometry, geometries, features } = (value ?? {}) as Record<string, unknown>;
  switch (type) {
    case 'Polygon':
      return [readPolygon(coordinates, `${path}.coordinates`)];
    case 'MultiPolygon':
      return listOf(coordinates, `${path}.coordinates`, readPolygon);
    case 'Feature':
      return readObject(geometry, `${path}.geometry`);
    case 'FeatureCollection':
      return listOf(features, `${path}.features`, readObject).flat();
    case 'GeometryCollection':
      return listOf(geometries, `${path}.geometries`, readObject).flat();
    default:
      throw geoJsonError(`${path} is no polygon and no collection or feature of polygons`);
  }
}

function readPolygon(value: unknown, path: string): Ring {
  const rings = listOf(value, path, readRing);
  if (rings.length > 1) throw geoJsonError(`${path} has a hole, which a broadcast cannot have`);
  const [outline] = rings;
  if (outline === undefined) throw geoJsonError(`${path} has no outline`);
  return outline;
}

function readRing(value: unknown, path: string): Ring {
  const ring = listOf(value, path, readPosition);
  const problem = describeRingProblem(ring);
  if (problem !== null) throw geoJsonError(`${path} ${problem}`);
  return ring;
}

function readPosition(value: unknown, path: string): Coordinates {
  // A third number is an altitude.
  const [longitude, latitude] = Array.isArray(value) ? (value as unknown[]) : [];
  if (typeof latitude === 'number' && typeof longitude === 'number') return [latitude, longitude];
  throw geoJsonError(`${path} is not a position [longitude, latitude]`);
}

function listOf<Item>(value: unknown, path: string, read: (item: unknown, path: string) => Item): Item[] {
  if (!Array.isArray(value)) throw geoJsonError(`${path} is not a list`);
  return value.map((item, index) => read(item, `${path}[${index}]`));
}

function geoJsonError(message: string): AppError {
  return new AppError('VALIDATION_FAILED', message, { details: { messages: [message] } });
}
