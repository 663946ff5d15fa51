import { AppError, isAppError, messageOf } from '../core/errors.ts';
import type { CalendarDate } from '../core/london-time.ts';
import { listServices } from '../services/list-services.ts';
import { requireService } from '../services/show-service.ts';
import { countUsageDay, rebuildUsageDay, type RebuildDeps } from './rebuild-usage-day.ts';
import type { TemplateUsage, UsageDay } from './template-usage.ts';

export interface RebuildInput {
  /** Null: all services, archived ones too. */
  readonly serviceId: string | null;
  /** Days in London, the oldest first. */
  readonly days: readonly CalendarDate[];
  /** Only compare what Redis holds with the tables. */
  readonly dryRun: boolean;
  readonly signal?: AbortSignal;
  /** Called after each day. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A day of a service: what it was found to be, and what Redis held, where that was asked for. */
export interface RebuiltDay extends UsageDay {
  readonly usage: TemplateUsage;
  /** Of a dry run; null when Redis held nothing. */
  readonly held?: TemplateUsage | null;
}

export interface RebuildOutcome {
  /** Those with messages, or, of a dry run, with anything in Redis. */
  readonly rebuilt: readonly RebuiltDay[];
  readonly services: number;
  readonly failed: readonly (UsageDay & { readonly problem: string })[];
}

/**
 * Rebuilds the template usage of days from the tables (data sheet §3.4), each day in one pass over them, however many
 * services there are. It may run at any time, also while messages are stored, and as often as one likes.
 *
 * @throws AppError NOT_FOUND for an unknown service; DATABASE_UNAVAILABLE; with one service also what keeps it from
 *   being rebuilt, LOCKED or REDIS_UNAVAILABLE; with several, that when no day of any of them was rebuilt
 */
export async function rebuildTemplateUsage(deps: RebuildDeps, input: RebuildInput): Promise<RebuildOutcome> {
  const { serviceId, days, dryRun, signal, onProgress } = input;
  if (serviceId !== null) await requireService(deps, serviceId);
  const serviceIds =
    serviceId === null ? (await listServices(deps, { archived: true })).map(({ id }) => id) : [serviceId];
  const rebuilt: RebuiltDay[] = [];
  const failed: (UsageDay & { problem: string })[] = [];
  const errors: unknown[] = [];
  for (const [index, day] of days.entries()) {
    signal?.throwIfAborted();
    if (dryRun) rebuilt.push(...(await compareDay(deps, serviceIds, day)));
    else {
      for (const result of await rebuildUsageDay(deps, { serviceIds, day })) {
        if ('usage' in result) {
          if (result.usage.size > 0) rebuilt.push({ serviceId: result.serviceId, day, usage: result.usage });
          continue;
        }
        if (serviceId !== null) throw result.error;
        errors.push(result.error);
        failed.push({ serviceId: result.serviceId, day, problem: messageOf(result.error) });
      }
    }
    onProgress?.(index + 1, days.length);
  }
  if (failed.length > 0 && failed.length === serviceIds.length * days.length) throw nothingRebuilt(errors);
  return { rebuilt, services: serviceIds.length, failed };
}

/** Another rebuild that holds every day is done soon; anything else has to be looked after. */
function nothingRebuilt(errors: readonly unknown[]): AppError {
  const worst = errors.find((error) => !isAppError(error, 'LOCKED'));
  const code = worst === undefined ? 'LOCKED' : 'REDIS_UNAVAILABLE';
  return new AppError(code, `No day of any service was rebuilt: ${messageOf(worst ?? errors[0])}`);
}

async function compareDay(
  { db, hashes }: RebuildDeps,
  serviceIds: readonly string[],
  day: CalendarDate,
): Promise<RebuiltDay[]> {
  const { usage } = await countUsageDay({ db }, { serviceId: serviceIds.length === 1 ? serviceIds[0]! : null, day });
  const days: RebuiltDay[] = [];
  for (const serviceId of serviceIds) {
    const held = (await hashes.read({ serviceId, day }))?.usage ?? null;
    const counted = usage.get(serviceId) ?? new Map<string, number>();
    if (held !== null || counted.size > 0) days.push({ serviceId, day, usage: counted, held });
  }
  return days;
}
