/** How the shares of the text message providers move (delivery sheet §4.3). Priorities are weights. */

/** Points that one step takes from a provider, or brings it nearer to its resting point. */
export const stepPoints = 10;

const highestPriority = 100;

/** More failed sends of one provider than this within `errorWindowMs` take a step. */
export const maxErrors = 50;
export const errorWindowMs = 60_000;

/** How long no active provider may have changed before failed sends, slow delivery, or calm move shares again. */
export const errorGapMs = 60_000;
export const slowGapMs = 5 * 60_000;
export const calmGapMs = 15 * 60_000;

/** Of the messages of the last `speedWindowMs`, this part taking `slowMinutes` or longer makes a provider slow. */
export const slowRatio = 0.15;
export const slowMinutes = 5;
export const speedWindowMs = 15 * 60_000;

export interface Share {
  readonly identifier: string;
  readonly priority: number;
}

/** The share that a provider is to have. */
export type NewPriorities = ReadonlyMap<string, number>;

/**
 * Takes 10 points from one provider and shares them equally among the others, or those of `receivers`; the remainder
 * goes to the one with the highest priority. Empty when there is nobody to take them.
 */
export function reduceShare(
  active: readonly Share[],
  reduced: string,
  receivers: readonly string[] = active.map(({ identifier }) => identifier),
): NewPriorities {
  const provider = active.find(({ identifier }) => identifier === reduced);
  const others = active
    .filter(({ identifier }) => identifier !== reduced && receivers.includes(identifier))
    .sort(byPriority);
  if (provider === undefined || others.length === 0) return new Map();
  const each = Math.floor(stepPoints / others.length);
  const remainder = stepPoints - each * others.length;
  return new Map([
    [reduced, Math.max(0, provider.priority - stepPoints)],
    ...others.map(({ identifier, priority }, index): [string, number] => [
      identifier,
      Math.min(highestPriority, priority + each + (index === 0 ? remainder : 0)),
    ]),
  ]);
}

/** Brings each provider by at most 10 points nearer to its resting point; those that rest, or have none, are left out. */
export function moveTowardsRest(
  active: readonly Share[],
  restingPoints: Readonly<Record<string, number>>,
): NewPriorities {
  const moved = new Map<string, number>();
  for (const { identifier, priority } of active) {
    if (!Object.hasOwn(restingPoints, identifier)) continue;
    const distance = restingPoints[identifier]! - priority;
    const step = Math.sign(distance) * Math.min(stepPoints, Math.abs(distance));
    if (step !== 0) moved.set(identifier, priority + step);
  }
  return moved;
}

/** Whether one of them changed less than `gapMs` ago. One that never changed does not count. */
export function changedWithin(
  providers: readonly { readonly updatedAt: Date | null }[],
  gapMs: number,
  now: Date,
): boolean {
  return providers.some(({ updatedAt }) => updatedAt !== null && updatedAt.getTime() > now.getTime() - gapMs);
}

/** How many messages of a provider there are, and how many of them are slow. */
export interface SlowCount {
  readonly slow: number;
  readonly total: number;
}

/** Whether a provider is slow; one without messages is not. */
export function isSlow({ slow, total }: SlowCount, ratio: number = slowRatio): boolean {
  return total > 0 && slow / total >= ratio;
}

/**
 * The provider to take from and those to give to, when some are slow and others are not; else null. Of several slow ones
 * it is the slowest.
 */
export function decideSwitch(
  active: readonly string[],
  counts: ReadonlyMap<string, SlowCount>,
  ratio: number = slowRatio,
): { readonly from: string; readonly to: readonly string[] } | null {
  const ratioOf = (identifier: string): number => {
    const { slow, total } = counts.get(identifier) ?? { slow: 0, total: 0 };
    return total === 0 ? 0 : slow / total;
  };
  const slow = active.filter((identifier) => isSlow(counts.get(identifier) ?? { slow: 0, total: 0 }, ratio));
  const to = active.filter((identifier) => !slow.includes(identifier));
  const [from] = slow.sort((left, right) => ratioOf(right) - ratioOf(left) || compare(left, right));
  return from === undefined || to.length === 0 ? null : { from, to };
}

function byPriority(left: Share, right: Share): number {
  return right.priority - left.priority || compare(left.identifier, right.identifier);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
