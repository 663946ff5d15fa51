import { describe, expect, it } from 'vitest';
import { createEndpointLanes, type EndpointLanes, type Place } from '../../../src/lib/callbacks/endpoint-lanes.ts';

function enter(lanes: EndpointLanes, endpoint = 'a'): Extract<Place, { kind: 'entered' }> {
  const place = lanes.enter(endpoint);
  if (place.kind !== 'entered') throw new Error(place.kind);
  return place;
}

describe('an endpoint', () => {
  it('gets a third of the slots, and two thirds while it answers quickly; the rest is left to others', () => {
    const lanes = createEndpointLanes({ slots: 10 });
    const places = [enter(lanes), enter(lanes), enter(lanes)];
    expect(lanes.enter('a')).toEqual({ kind: 'full', delay: 3 });
    enter(lanes, 'b');
    places[0]!.leave({ isTimeout: false, ms: 10 });
    for (let inFlight = 2; inFlight < 7; inFlight += 1) enter(lanes);
    expect(lanes.enter('a')).toMatchObject({ kind: 'full' });
    places[1]!.leave({ isTimeout: false, ms: 60_000 });
    expect(lanes.enter('a')).toMatchObject({ kind: 'full' });
  });

  it('gets one slot of one', () => {
    const lanes = createEndpointLanes({ slots: 1 });
    enter(lanes);
    expect(lanes.enter('a')).toMatchObject({ kind: 'full' });
  });

  it('is come back to later the longer its line and the slower its answers are, within five minutes', () => {
    const lanes = createEndpointLanes({ slots: 3 });
    enter(lanes).leave({ isTimeout: false, ms: 5000 });
    enter(lanes);
    const delays = Array.from({ length: 1000 }, () => lanes.enter('a') as Extract<Place, { kind: 'full' }>);
    expect(delays.slice(0, 3).map(({ delay }) => delay)).toEqual([7, 12, 17]);
    expect(delays.at(-1)).toEqual({ kind: 'full', delay: 300 });
  });

  it('is left alone for ten seconds after three timeouts in a row, and then asked once', () => {
    let now = 0;
    const lanes = createEndpointLanes({ slots: 30, now: () => now });
    for (let count = 0; count < 3; count += 1) enter(lanes).leave({ isTimeout: true, ms: 5000 });
    expect(lanes.enter('a')).toEqual({ kind: 'circuit open' });
    enter(lanes, 'b');
    now = 9999;
    expect(lanes.enter('a')).toEqual({ kind: 'circuit open' });
    now = 10_000;
    const trial = enter(lanes);
    expect(lanes.enter('a')).toEqual({ kind: 'circuit open' });
    trial.leave({ isTimeout: true, ms: 5000 });
    expect(lanes.enter('a')).toEqual({ kind: 'circuit open' });
    now = 20_000;
    enter(lanes).leave({ isTimeout: false, ms: 10 });
    enter(lanes);
    enter(lanes);
  });

  it('is not left alone after timeouts with answers between them', () => {
    const lanes = createEndpointLanes({ slots: 30 });
    for (const isTimeout of [true, true, false, true, true]) enter(lanes).leave({ isTimeout, ms: 1 });
    enter(lanes);
  });
});
