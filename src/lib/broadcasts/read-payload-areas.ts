import type { JsonObject, JsonValue } from '../core/json.ts';
import type { MessageFormat, PayloadArea } from './broadcast-payload.ts';
import {
  optionalList,
  optionalText,
  payloadError,
  readNumber,
  readObject,
  readText,
  requiredList,
} from './payload-fields.ts';
import { describeRingProblem, type Coordinates, type Ring } from './polygon.ts';

/** The areas of a payload; each must be somewhere (broadcasts sheet §12). @throws AppError VALIDATION_FAILED */
export function readPayloadAreas(payload: JsonObject, format: MessageFormat): readonly PayloadArea[] {
  const areas = requiredList(payload, 'areas');
  return areas.map((area, index) => readArea(readObject(area, `areas[${index}]`), `areas[${index}].`, format));
}

function readArea(area: JsonObject, path: string, format: MessageFormat): PayloadArea {
  const polygon = optionalList(area, 'polygon', path) ?? [];
  const polygons = optionalList(area, 'polygons', path) ?? [];
  const geocodes = optionalList(area, 'geocodes', path) ?? [];
  const description = optionalText(area, 'description', path);
  const isSomewhere = polygon.length > 0 || polygons.length > 0 || (format === 'ibag' && geocodes.length > 0);
  if (!isSomewhere) throw payloadError(`${path}polygon is required`);
  return {
    ...(polygon.length > 0 && { polygon: readRing(polygon, `${path}polygon`) }),
    ...(polygons.length > 0 && { polygons: readRings(polygons, `${path}polygons`) }),
    ...(description !== undefined && { description }),
    ...(format === 'ibag' && geocodes.length > 0 && { geocodes: readTexts(geocodes, `${path}geocodes`) }),
  };
}

function readRings(rings: readonly JsonValue[], path: string): readonly Ring[] {
  return rings.map((ring, index) => readRing(readList(ring, `${path}[${index}]`), `${path}[${index}]`));
}

function readRing(points: readonly JsonValue[], path: string): Ring {
  const ring = points.map((point, index) => readPoint(point, `${path}[${index}]`));
  const problem = describeRingProblem(ring);
  if (problem !== null) throw payloadError(`${path} ${problem}`);
  return ring;
}

function readTexts(values: readonly JsonValue[], path: string): readonly string[] {
  return values.map((value, index) => readText(value, `${path}[${index}]`));
}

function readList(value: JsonValue, path: string): readonly JsonValue[] {
  if (Array.isArray(value)) return value;
  throw payloadError(`${path} is not a list`);
}

function readPoint(value: JsonValue, path: string): Coordinates {
  const pair = Array.isArray(value) && value.length === 2 ? value.map(readNumber) : [];
  const [latitude, longitude] = pair;
  if (typeof latitude === 'number' && typeof longitude === 'number') return [latitude, longitude];
  throw payloadError(`${path} is not a pair of numbers [latitude, longitude]`);
}
