/** The place of a callback among those that go to the same endpoint. */
export type Place =
  | { readonly kind: 'entered'; leave(outcome: { isTimeout: boolean; ms: number }): void }
  /** As many are on their way as may be: come back in so many seconds. */
  | { readonly kind: 'full'; readonly delay: number }
  /** The endpoint did not answer the last ones, and is left alone for a while. */
  | { readonly kind: 'circuit open' };

export interface EndpointLanes {
  enter(endpoint: string): Place;
}

export interface LaneOptions {
  /** Jobs that this process works on at the same time. */
  readonly slots: number;
  /** Milliseconds since some fixed moment. */
  readonly now?: () => number;
}

interface Lane {
  inFlight: number;
  /** Since the last answer of any kind. */
  timeouts: number;
  openUntil: number;
  /** Jobs that were sent away, less those that came in: how long the line is, roughly. */
  waiting: number;
  /** Null before the first answer. */
  averageMs: number | null;
}

const timeoutsUntilOpen = 3;
const openMs = 10_000;
const shortestDelay = 2;
const longestDelay = 300;
const quickMs = 500;
const mostLanes = 10_000;

/**
 * Keeps one endpoint from taking all slots of a process, whether it hangs or just has much to hear: one that answers
 * quickly gets two thirds of them, any other one third, and the rest of its callbacks is put back for as long as the line
 * is. After three requests in a row without an answer it is not asked for ten seconds, but for one request at the end of
 * each such time.
 */
export function createEndpointLanes({ slots, now = performance.now.bind(performance) }: LaneOptions): EndpointLanes {
  const lanes = new Map<string, Lane>();
  const third = Math.max(1, Math.floor(slots / 3));
  const limitOf = ({ averageMs }: Lane): number =>
    averageMs !== null && averageMs < quickMs ? Math.max(1, slots - third) : third;
  return {
    enter(endpoint) {
      const lane = laneOf(lanes, endpoint);
      const isTrial = lane.timeouts >= timeoutsUntilOpen;
      if (isTrial && (now() < lane.openUntil || lane.inFlight > 0)) return { kind: 'circuit open' };
      const limit = limitOf(lane);
      if (lane.inFlight >= limit) {
        lane.waiting += 1;
        const seconds = (lane.waiting * (lane.averageMs ?? quickMs)) / limit / 1000;
        return { kind: 'full', delay: Math.min(longestDelay, shortestDelay + Math.ceil(seconds)) };
      }
      lane.inFlight += 1;
      lane.waiting = Math.max(0, lane.waiting - 1);
      return {
        kind: 'entered',
        leave({ isTimeout, ms }) {
          lane.inFlight -= 1;
          lane.averageMs = lane.averageMs === null ? ms : lane.averageMs * 0.8 + ms * 0.2;
          lane.timeouts = isTimeout ? lane.timeouts + 1 : 0;
          if (lane.timeouts >= timeoutsUntilOpen) lane.openUntil = now() + openMs;
        },
      };
    },
  };
}

function laneOf(lanes: Map<string, Lane>, endpoint: string): Lane {
  const known = lanes.get(endpoint);
  if (known !== undefined) return known;
  // Services can change their URLs as often as they like.
  if (lanes.size >= mostLanes) {
    for (const [name, { inFlight }] of lanes) if (inFlight === 0) lanes.delete(name);
  }
  const lane: Lane = { inFlight: 0, timeouts: 0, openUntil: 0, waiting: 0, averageMs: null };
  lanes.set(endpoint, lane);
  return lane;
}
