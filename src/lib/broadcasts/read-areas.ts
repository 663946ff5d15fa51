import { AppError } from '../core/errors.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import type { BroadcastAreas } from './broadcast-message.ts';
import { readNumber } from './payload-fields.ts';
import { describeRingProblem, roundRing, type Coordinates, type Ring } from './polygon.ts';

/**
 * Areas as they are stored: degrees rounded to six places. Whatever else there is about the areas is kept.
 *
 * @throws AppError VALIDATION_FAILED for a polygon that no document could hold (broadcasts sheet §11)
 */
export function readAreas(areas: BroadcastAreas): BroadcastAreas {
  const { simple_polygons: polygons } = areas;
  if (polygons === undefined) return areas;
  return { ...areas, simple_polygons: polygons.map(readRing) };
}

/** Areas of a request, whose shape is still to be seen. @throws AppError VALIDATION_FAILED */
export function readAreasObject(value: JsonObject): BroadcastAreas {
  for (const name of ['ids', 'names', 'aggregate_names']) {
    const list = value[name];
    if (list !== undefined && !(Array.isArray(list) && list.every((item) => typeof item === 'string')))
      throw invalid(`areas ${name} is not a list of texts`);
  }
  const polygons = value['simple_polygons'];
  if (polygons === undefined) return value;
  if (!Array.isArray(polygons)) throw invalid('areas simple_polygons is not a list');
  return { ...(value as BroadcastAreas), simple_polygons: polygons.map(readPairs) };
}

function readPairs(value: JsonValue): Ring {
  if (!Array.isArray(value)) throw invalid('areas polygon is not a list');
  return value.map((pair): Coordinates => {
    const [latitude, longitude, ...rest] = Array.isArray(pair) ? pair.map(readNumber) : [];
    if (latitude == null || longitude == null || rest.length > 0)
      throw invalid('areas polygon has a point that is not [latitude, longitude]');
    return [latitude, longitude];
  });
}

function readRing(ring: Ring): Ring {
  const problem = describeRingProblem(ring);
  if (problem !== null) throw invalid(`areas polygon ${problem}`);
  return roundRing(ring);
}

function invalid(message: string): AppError {
  return new AppError('VALIDATION_FAILED', message, { details: { messages: [message] } });
}
