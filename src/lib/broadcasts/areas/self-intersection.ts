import type { Ring } from '../polygon.ts';

/**
 * Where a closed ring crosses, touches or doubles back on itself, as two edges; null for a simple ring. Edge n leads
 * from point n to the next one, counted from 1. Points that repeat the one before them are no matter.
 *
 * Edges are compared only where the boxes around runs of them overlap: milliseconds for the outline of a county. The
 * worst ring, of long slanted edges side by side, costs one comparison for each pair of edges.
 */
export function findSelfIntersection(ring: Ring): readonly [number, number] | null {
  const edges = edgesOf(ring);
  if (edges.numbers.length === 0) return null;
  return findWithin(edges, boxesOf(edges, 0, edges.numbers.length));
}

/** What is wrong with a ring that is not simple, as the end of a sentence; null for one that is. */
export function describeSelfIntersection(ring: Ring): string | null {
  const found = findSelfIntersection(ring);
  if (found === null) return null;
  const [one, other] = found.map((edge) => `from point ${edge} to ${edge + 1}`);
  return `crosses or touches itself: the edges ${one} and ${other} meet`;
}

/** The edges of a ring by their ends, in millionths of a degree. */
interface Edges {
  readonly fromX: Float64Array;
  readonly fromY: Float64Array;
  readonly toX: Float64Array;
  readonly toY: Float64Array;
  /** The place of each in the ring as it was given, from 1. */
  readonly numbers: readonly number[];
}

function edgesOf(ring: Ring): Edges {
  const numbers: number[] = [];
  for (let at = 1; at < ring.length; at += 1) {
    const [[latitude, longitude], [nextLatitude, nextLongitude]] = [ring[at - 1]!, ring[at]!];
    if (latitude !== nextLatitude || longitude !== nextLongitude) numbers.push(at);
  }
  return {
    fromX: Float64Array.from(numbers, (number) => millionths(ring[number - 1]![1])),
    fromY: Float64Array.from(numbers, (number) => millionths(ring[number - 1]![0])),
    toX: Float64Array.from(numbers, (number) => millionths(ring[number]![1])),
    toY: Float64Array.from(numbers, (number) => millionths(ring[number]![0])),
    numbers,
  };
}

/** Degrees of six places become whole numbers, whose products are exact. Others are left as fine as they are. */
function millionths(degrees: number): number {
  const value = degrees * 1e6;
  const whole = Math.round(value);
  return Math.abs(value - whole) < 1e-4 ? whole : value;
}

/** The box around a run of edges, and those around its halves. */
interface Box {
  readonly start: number;
  readonly end: number;
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
  readonly halves: readonly [Box, Box] | null;
}

/** Runs of so few edges are compared one by one. */
const shortRun = 8;

function boxesOf(edges: Edges, start: number, end: number): Box {
  if (end - start > shortRun) {
    const middle = (start + end) >> 1;
    const halves = [boxesOf(edges, start, middle), boxesOf(edges, middle, end)] as const;
    const [one, other] = halves;
    return {
      start,
      end,
      left: Math.min(one.left, other.left),
      right: Math.max(one.right, other.right),
      bottom: Math.min(one.bottom, other.bottom),
      top: Math.max(one.top, other.top),
      halves,
    };
  }
  const { fromX, fromY, toX, toY } = edges;
  return {
    start,
    end,
    left: Math.min(...fromX.subarray(start, end), ...toX.subarray(start, end)),
    right: Math.max(...fromX.subarray(start, end), ...toX.subarray(start, end)),
    bottom: Math.min(...fromY.subarray(start, end), ...toY.subarray(start, end)),
    top: Math.max(...fromY.subarray(start, end), ...toY.subarray(start, end)),
    halves: null,
  };
}

type Found = readonly [number, number] | null;

function findWithin(edges: Edges, box: Box): Found {
  if (box.halves === null) return compare(edges, box, box);
  const [one, other] = box.halves;
  return findWithin(edges, one) ?? findWithin(edges, other) ?? findBetween(edges, one, other);
}

/** Between two runs of which the second comes later in the ring. */
function findBetween(edges: Edges, one: Box, other: Box): Found {
  if (one.left > other.right || other.left > one.right || one.bottom > other.top || other.bottom > one.top) return null;
  if (one.halves !== null && (other.halves === null || one.end - one.start >= other.end - other.start)) {
    const [first, second] = one.halves;
    return findBetween(edges, first, other) ?? findBetween(edges, second, other);
  }
  if (other.halves === null) return compare(edges, one, other);
  const [first, second] = other.halves;
  return findBetween(edges, one, first) ?? findBetween(edges, one, second);
}

function compare(edges: Edges, one: Box, other: Box): Found {
  for (let earlier = one.start; earlier < one.end; earlier += 1) {
    for (let later = Math.max(other.start, earlier + 1); later < other.end; later += 1) {
      if (doMeet(edges, earlier, later)) return [edges.numbers[earlier]!, edges.numbers[later]!];
    }
  }
  return null;
}

// Every place is read by its index: this is where the time goes.
function doMeet({ fromX, fromY, toX, toY, numbers }: Edges, earlier: number, later: number): boolean {
  const ax = fromX[earlier]!;
  const ay = fromY[earlier]!;
  const bx = toX[earlier]!;
  const by = toY[earlier]!;
  const cx = fromX[later]!;
  const cy = fromY[later]!;
  const dx = toX[later]!;
  const dy = toY[later]!;
  // Neighbours share a point, and may share no more.
  if (later === earlier + 1) return isTurningBack(ax, ay, bx, by, dx, dy);
  if (earlier === 0 && later === numbers.length - 1) return isTurningBack(cx, cy, dx, dy, bx, by);
  // Apart; what follows may take edges on one line for edges that meet.
  if (Math.max(ax, bx) < Math.min(cx, dx) || Math.max(cx, dx) < Math.min(ax, bx)) return false;
  if (Math.max(ay, by) < Math.min(cy, dy) || Math.max(cy, dy) < Math.min(ay, by)) return false;
  if (cross(ax, ay, bx, by, cx, cy) * cross(ax, ay, bx, by, dx, dy) > 0) return false;
  return cross(cx, cy, dx, dy, ax, ay) * cross(cx, cy, dx, dy, bx, by) <= 0;
}

/** Whether the way from a over b to c goes back over itself. */
function isTurningBack(ax: number, ay: number, bx: number, by: number, cx: number, cy: number): boolean {
  return cross(ax, ay, bx, by, cx, cy) === 0 && (cx - bx) * (bx - ax) + (cy - by) * (by - ay) < 0;
}

/** More than 0 for a point to the left of the way from a to b, less for one to its right, 0 for one on its line. */
function cross(ax: number, ay: number, bx: number, by: number, x: number, y: number): number {
  return (bx - ax) * (y - ay) - (by - ay) * (x - ax);
}
