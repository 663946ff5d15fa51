/** Polygons, GeoJSON and pictures of areas. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { ringsFromGeoJson, ringsToGeoJson } from '../../../src/lib/broadcasts/areas/geojson.ts';
import { renderAreaSvg } from '../../../src/lib/broadcasts/areas/render-area-svg.ts';
import { describeSelfIntersection, findSelfIntersection } from '../../../src/lib/broadcasts/areas/self-intersection.ts';
import {
  describeRingProblem,
  formatDecimal,
  formatRing,
  isClosed,
  roundRing,
  type Ring,
} from '../../../src/lib/broadcasts/polygon.ts';
import { ringOf } from './payloads.ts';

const square: Ring = [
  [51, 0],
  [51, 1],
  [52, 1],
  [52, 0],
  [51, 0],
];

describe('rings', () => {
  test.each([
    [square, null],
    [square.slice(0, 4), 'is not closed'],
    [square.slice(0, 3), 'has fewer than 4 points'],
    [[], 'has fewer than 4 points'],
    [[[90, 180], ...square, [90, 180]] as Ring, null],
    [[[NaN, 0], ...square] as Ring, 'has a point that is no latitude and longitude: NaN,0'],
    [[[0, Infinity], ...square] as Ring, 'has a point that is no latitude and longitude: 0,Infinity'],
  ])('%#', (ring: Ring, problem) => {
    expect(describeRingProblem(ring)).toBe(problem);
  });

  it('are written latitude first and rounded to six places', () => {
    expect(formatRing(roundRing([[51.12345678, -0.00000001]]))).toBe('51.123457,0');
    expect([isClosed([]), isClosed(square)]).toEqual([false, true]);
  });

  test.each([
    [50, '50'],
    [-1.2, '-1.2'],
    [1e-5, '0.00001'],
    [-1e-7, '-0.0000001'],
    [-1e-30, '0'],
    [-0, '0'],
  ])('%d is written as %s', (value, text) => {
    expect(formatDecimal(value)).toBe(text);
  });
});

describe('self-intersection', () => {
  test.each<[string, number[][], readonly [number, number] | null]>([
    ['a square', square as never, null],
    [
      'a triangle',
      [
        [0, 0],
        [0, 1],
        [1, 1],
        [0, 0],
      ],
      null,
    ],
    [
      'a bow tie',
      [
        [0, 0],
        [1, 1],
        [1, 0],
        [0, 1],
        [0, 0],
      ],
      [1, 3],
    ],
    [
      'a point on an edge',
      [
        [0, 0],
        [0, 4],
        [4, 4],
        [0, 2],
        [4, 0],
        [0, 0],
      ],
      [1, 3],
    ],
    [
      'a figure of eight through one point',
      [
        [0, 0],
        [1, 1],
        [2, 2],
        [2, 0],
        [1, 1],
        [0, 2],
        [0, 0],
      ],
      [1, 4],
    ],
    [
      'a spike',
      [
        [0, 0],
        [0, 3],
        [0, 5],
        [0, 3],
        [3, 3],
        [0, 0],
      ],
      [1, 3],
    ],
    [
      'a spike at its end',
      [
        [0, 0],
        [2, 2],
        [2, 0],
        [0, 0],
        [-1, 0],
        [0, 0],
      ],
      [1, 3],
    ],
    [
      'repeated points',
      [
        [0, 0],
        [0, 0],
        [0, 1],
        [0, 1],
        [1, 1],
        [0, 0],
        [0, 0],
      ],
      null,
    ],
    [
      'edges on one line that do not meet',
      [
        [0, 0],
        [0, 1],
        [1, 1],
        [1, 2],
        [0, 2],
        [0, 3],
        [3, 3],
        [3, 0],
        [0, 0],
      ],
      null,
    ],
    [
      'nothing but one point',
      [
        [1, 1],
        [1, 1],
        [1, 1],
        [1, 1],
      ],
      null,
    ],
    ['nothing', [], null],
  ])('of %s', (_name, ring, expected) => {
    expect(findSelfIntersection(ring as never)).toEqual(expected);
  });

  it('is told with its edges', () => {
    const message = 'crosses or touches itself: the edges from point 1 to 2 and from point 3 to 4 meet';
    expect(
      describeSelfIntersection([
        [0, 0],
        [1, 1],
        [1, 0],
        [0, 1],
        [0, 0],
      ]),
    ).toBe(message);
    expect(describeSelfIntersection(square)).toBeNull();
  });

  it('is found in 5,000 points, wherever it is', () => {
    const ring = ringOf(5000);
    expect(findSelfIntersection(ring)).toBeNull();
    for (const at of [1, 1234, 4997]) {
      const crossed = ring.with(at, ring[at + 1]!).with(at + 1, ring[at]!);
      expect(findSelfIntersection(crossed)).not.toBeNull();
    }
  });

  it('agrees with comparing every edge with every other', () => {
    const places = fc.integer({ min: 0, max: 6 });
    const points = fc.array(fc.tuple(places, places), { minLength: 3, maxLength: 12 });
    fc.assert(
      fc.property(points, (open) => {
        const ring = [...open, open[0]!];
        expect(findSelfIntersection(ring) !== null).toBe(isCrossing(ring));
      }),
      { numRuns: 2000 },
    );
  });
});

/** The slow way: every pair of edges; neighbours must not turn back. */
function isCrossing(ring: readonly (readonly [number, number])[]): boolean {
  const points = ring.filter((point, index) => index === 0 || String(point) !== String(ring[index - 1]));
  const edges = points.slice(1).map((to, index) => [points[index]!, to] as const);
  type Point = readonly [number, number];
  const turn = (a: Point, b: Point, c: Point): number =>
    Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
  const isOn = (a: Point, b: Point, c: Point): boolean =>
    turn(a, b, c) === 0 &&
    Math.min(a[0], b[0]) <= c[0] &&
    c[0] <= Math.max(a[0], b[0]) &&
    Math.min(a[1], b[1]) <= c[1] &&
    c[1] <= Math.max(a[1], b[1]);
  return edges.some(([a, b], one) =>
    edges.some(([c, d], other) => {
      if (other <= one) return false;
      if (other === one + 1 || (one === 0 && other === edges.length - 1)) {
        const [from, corner, to] = other === one + 1 ? [a, b, d] : [c, d, b];
        return isOn(corner, from, to) || isOn(corner, to, from);
      }
      const isProper = turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
      return isProper || isOn(a, b, c) || isOn(a, b, d) || isOn(c, d, a) || isOn(c, d, b);
    }),
  );
}

describe('GeoJSON', () => {
  const position = ([latitude, longitude]: readonly [number, number]) => [longitude, latitude];
  const polygon = { type: 'Polygon', coordinates: [square.map(position)] };
  const multi = { type: 'MultiPolygon', coordinates: [polygon.coordinates, polygon.coordinates] };

  it('is read from geometries, features and collections', () => {
    expect(ringsFromGeoJson(polygon)).toEqual([square]);
    expect(ringsFromGeoJson(multi)).toEqual([square, square]);
    const feature = { type: 'Feature', properties: null, geometry: multi };
    expect(ringsFromGeoJson({ type: 'FeatureCollection', features: [feature, feature] })).toHaveLength(4);
    expect(ringsFromGeoJson({ type: 'GeometryCollection', geometries: [polygon, multi] })).toHaveLength(3);
    const withAltitude = { type: 'Polygon', coordinates: [square.map((point) => [...position(point), 10])] };
    expect(ringsFromGeoJson(withAltitude)).toEqual([square]);
  });

  test.each([
    [null, 'GeoJSON is no polygon and no collection or feature of polygons'],
    [{ type: 'Point', coordinates: [0, 0] }, 'GeoJSON is no polygon and no collection or feature of polygons'],
    [{ type: 'Feature', geometry: null }, 'GeoJSON.geometry is no polygon and no collection or feature of polygons'],
    [{ type: 'Polygon', coordinates: [] }, 'GeoJSON.coordinates has no outline'],
    [
      { type: 'Polygon', coordinates: [...polygon.coordinates, ...polygon.coordinates] },
      'GeoJSON.coordinates has a hole, which a broadcast cannot have',
    ],
    [
      { type: 'MultiPolygon', coordinates: [[square.slice(1).map(position)]] },
      'GeoJSON.coordinates[0][0] is not closed',
    ],
    [
      { type: 'Polygon', coordinates: [[[0, '1']]] },
      'GeoJSON.coordinates[0][0] is not a position [longitude, latitude]',
    ],
    [{ type: 'Polygon', coordinates: [5] }, 'GeoJSON.coordinates[0] is not a list'],
    [
      { type: 'Polygon', coordinates: [square.map(() => [0, 91])] },
      'GeoJSON.coordinates[0] has a point that is no latitude and longitude: 91,0',
    ],
  ])('%# is refused', (value, message) => {
    expect(() => ringsFromGeoJson(value)).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED', message }));
  });

  it('is written counterclockwise and read back', () => {
    expect(ringsToGeoJson([square])).toEqual({
      type: 'MultiPolygon',
      coordinates: [
        [
          [
            [0, 51],
            [1, 51],
            [1, 52],
            [0, 52],
            [0, 51],
          ],
        ],
      ],
    });
    expect(ringsToGeoJson([square.toReversed()])).toEqual(ringsToGeoJson([square]));
    const rings = [ringOf(50), square];
    expect(ringsFromGeoJson(JSON.parse(JSON.stringify(ringsToGeoJson(rings))))).toEqual(rings);
  });
});

describe('pictures', () => {
  it('are north up and as wide as the latitude makes them', () => {
    const svg = renderAreaSvg([square], { width: 220, title: 'A & B' });
    expect(svg).toBe(
      '<svg xmlns="http://www.w3.org/2000/svg" width="220" height="335" viewBox="0 0 220 335" role="img">' +
        '<title>A &amp; B</title>' +
        '<g fill="#1d70b8" fill-opacity="0.3" stroke="#1d70b8" stroke-width="2" stroke-linejoin="round">' +
        '<path d="M15.2 319.7L204.8 319.7L204.8 15.2L15.2 15.2Z"/></g></svg>',
    );
  });

  it('are the same for the same area, whatever its size', () => {
    for (const rings of [[], [[[51, 0]]], [ringOf(5000)], [[...square, ...square]]] as Ring[][]) {
      const svg = renderAreaSvg(rings);
      expect(svg).toBe(renderAreaSvg(rings));
      expect(svg).not.toMatch(/NaN|Infinity|\de-/);
    }
    expect(renderAreaSvg([ringOf(5000)]).length).toBeLessThan(80_000);
  });
});
