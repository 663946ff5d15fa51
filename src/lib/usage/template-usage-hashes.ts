import { noAnswer, type Redis } from '../cache/redis.ts';
import { AppError } from '../core/errors.ts';
import {
  keptSeconds,
  templateUsageKey,
  type TemplateUsage,
  type UsageDay,
  type UsageIncrement,
} from './template-usage.ts';
import type { UsageSnapshot } from './template-usage-repository.ts';

/**
 * `visible(snapshot, system, transaction)`: whether a count of the tables with this snapshot saw what the transaction
 * stored. A snapshot is `<system>/<xmin>:<xmax>:<running,…>`; numbers of transactions stay below 2^53 for centuries.
 */
const visible = `
local function visible(snapshot, system, transaction)
  if not snapshot then return false end
  local of, xmax, running = string.match(snapshot, '^(%d+)/%d+:(%d+):([%d,]*)$')
  if of ~= system or tonumber(transaction) >= tonumber(xmax) then return false end
  return not string.find(',' .. running .. ',', ',' .. transaction .. ',', 1, true)
end`;

/** KEYS: hash, rebuild, pending, snapshot, kept since. ARGV: seconds, system, transaction, then template, count, … */
const addScript = `${visible}
redis.call('SET', KEYS[5], redis.call('TIME')[1], 'NX')
local counted = visible(redis.call('GET', KEYS[4]), ARGV[2], ARGV[3])
local rebuilding = redis.call('EXISTS', KEYS[2]) == 1
for i = 4, #ARGV, 2 do
  if not counted then redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) end
  if rebuilding then redis.call('RPUSH', KEYS[3], ARGV[3] .. ' ' .. ARGV[i] .. ' ' .. ARGV[i + 1]) end
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[4], ARGV[1])
if rebuilding then redis.call('EXPIRE', KEYS[3], 600) end
return 0`;

/** KEYS: rebuild, pending. ARGV: token, seconds. What an earlier rebuild left pending is in the tables by now. */
const beginScript = `
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', ARGV[2]) then return 0 end
redis.call('DEL', KEYS[2])
return 1`;

/** KEYS: hash, rebuild, pending, snapshot. ARGV: token, seconds, system, snapshot, then template, count, … */
const replaceScript = `${visible}
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
for i = 5, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
local snapshot = ARGV[3] .. '/' .. ARGV[4]
for _, noted in ipairs(redis.call('LRANGE', KEYS[3], 0, -1)) do
  local transaction, template, count = string.match(noted, '^(%d+) (%S+) (%d+)$')
  if not visible(snapshot, ARGV[3], transaction) then redis.call('HINCRBY', KEYS[1], template, count) end
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('SET', KEYS[4], snapshot, 'EX', ARGV[2])
redis.call('DEL', KEYS[2], KEYS[3])
return 1`;

/** KEYS: rebuild. ARGV: token. */
const giveUpScript = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return 0`;

/** When Redis began to hold usage, in seconds: what messages added to a day that had begun before is not all of it. */
export const keptSinceKey = 'template-usage-kept-since';

const rebuildSeconds = 300;

/** A day as Redis holds it. */
export interface HeldDay {
  readonly usage: TemplateUsage;
  /** Since when every message was counted; null when a count of the tables made it whole. */
  readonly since: Date | null;
}

/**
 * The days in Redis (data sheet §3). A message adds to the hash of its day after its commit. A count of the tables takes the
 * place of a hash, together with the snapshot it was made in; a message that the snapshot saw adds nothing afterwards,
 * however late it comes. While a rebuild counts, what messages add is noted, too, and the rebuild puts it on top.
 *
 * Every method throws AppError REDIS_UNAVAILABLE.
 */
export interface TemplateUsageHashes {
  /** Adds messages of one transaction. */
  add(increments: readonly UsageIncrement[], transaction: { id: string; system: string }): Promise<void>;
  /** Null for a day that Redis does not hold. */
  read(day: UsageDay): Promise<HeldDay | null>;
  /** From here on additions are noted. @throws AppError LOCKED while another rebuild counts */
  beginRebuild(day: UsageDay, token: string): Promise<void>;
  /** @throws AppError LOCKED when the rebuild took too long; then nothing was written */
  replace(day: UsageDay, usage: TemplateUsage, rebuild: { token: string; snapshot: UsageSnapshot }): Promise<void>;
  /** Ends a rebuild that will not be finished. */
  giveUp(day: UsageDay, token: string): Promise<void>;
}

/** @param redis the patient one for commands, the other for servers */
export function createTemplateUsageHashes(redis: Pick<Redis, 'call' | 'run'>): TemplateUsageHashes {
  const run = async (...words: Parameters<Redis['run']>): Promise<unknown> => answered(await redis.run(...words));
  const call = async (...words: Parameters<Redis['call']>): Promise<unknown> => answered(await redis.call(...words));

  return {
    async add(increments, { id, system }) {
      await Promise.all(
        increments.map((increment) => {
          const { hash, rebuild, pending, snapshot } = keysOf(increment);
          const values = [keptSeconds, system, id, ...flat(increment.counts)];
          return run(addScript, [hash, rebuild, pending, snapshot, keptSinceKey], values);
        }),
      );
    },
    async read(day) {
      const { hash, snapshot } = keysOf(day);
      const [held, counted, since] = await Promise.all([
        call('HGETALL', hash),
        call('EXISTS', snapshot),
        call('GET', keptSinceKey),
      ]);
      const usage = toUsage(held);
      if (usage.size === 0) return null;
      return { usage, since: counted === 1 ? null : new Date(Number(since ?? Infinity) * 1000) };
    },
    async beginRebuild(day, token) {
      const { rebuild, pending } = keysOf(day);
      if ((await run(beginScript, [rebuild, pending], [token, rebuildSeconds])) === 1) return;
      throw new AppError('LOCKED', `Another rebuild of service ${day.serviceId} on ${day.day} is under way`, {
        hint: 'Try again when it is done; a rebuild that was killed is forgotten after five minutes.',
      });
    },
    async replace(day, usage, { token, snapshot: { text, system } }) {
      const { hash, rebuild, pending, snapshot } = keysOf(day);
      const values = [token, keptSeconds, system, text, ...flat(usage)];
      if ((await run(replaceScript, [hash, rebuild, pending, snapshot], values)) === 1) return;
      throw new AppError('LOCKED', `The rebuild of service ${day.serviceId} on ${day.day} lost its lock; run it again`);
    },
    async giveUp(day, token) {
      await run(giveUpScript, [keysOf(day).rebuild], [token]);
    },
  };
}

function answered(answer: unknown): unknown {
  if (answer === noAnswer) throw new AppError('REDIS_UNAVAILABLE', 'Redis does not answer');
  return answer;
}

function keysOf(day: UsageDay): { hash: string; rebuild: string; pending: string; snapshot: string } {
  const hash = templateUsageKey(day);
  return { hash, rebuild: `${hash}:rebuild`, pending: `${hash}:pending`, snapshot: `${hash}:snapshot` };
}

function flat(usage: TemplateUsage): (string | number)[] {
  return [...usage].flat();
}

/** HGETALL answers names and values in turn; values are text. */
function toUsage(answer: unknown): Map<string, number> {
  const words = Array.isArray(answer) ? (answer as string[]) : [];
  const usage = new Map<string, number>();
  for (let index = 0; index + 1 < words.length; index += 2) usage.set(words[index]!, Number(words[index + 1]));
  return usage;
}
