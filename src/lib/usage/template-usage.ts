import type { KeyType } from '../api-keys/api-key.ts';
import { addDays, londonDate, type CalendarDate } from '../core/london-time.ts';

/** The messages of a service on one day in London, by template: one hash in Redis (data sheet §3). */
export interface UsageDay {
  readonly serviceId: string;
  readonly day: CalendarDate;
}

/** Messages by template id. */
export type TemplateUsage = ReadonlyMap<string, number>;

/** What counts of a message that was stored. */
export interface UsedMessage {
  readonly serviceId: string;
  readonly templateId: string;
  readonly keyType: KeyType;
  readonly createdAt: Date;
}

export interface UsageIncrement extends UsageDay {
  readonly counts: TemplateUsage;
}

/** The days that dashboards show before today. */
export const wholeDays = 7;

/** How long a day is kept after its last message, in seconds: eight days. */
export const keptSeconds = 8 * 24 * 3600;

/** `service-<service id>-template-usage-<YYYY-MM-DD>`. */
export function templateUsageKey({ serviceId, day }: UsageDay): string {
  return `service-${serviceId}-template-usage-${day}`;
}

/** What messages add to which days: those of test keys to none (data sheet §3.2). */
export function toUsageIncrements(messages: readonly UsedMessage[]): UsageIncrement[] {
  const increments = new Map<string, UsageDay & { counts: Map<string, number> }>();
  for (const { serviceId, templateId, keyType, createdAt } of messages) {
    if (keyType === 'test') continue;
    const usageDay = { serviceId, day: londonDate(createdAt) };
    const key = templateUsageKey(usageDay);
    const increment = increments.get(key) ?? { ...usageDay, counts: new Map<string, number>() };
    increment.counts.set(templateId, (increment.counts.get(templateId) ?? 0) + 1);
    increments.set(key, increment);
  }
  return [...increments.values()];
}

/** Whole days and today, the oldest first (data sheet §4.1). */
export function usageWindow(today: CalendarDate, days: number = wholeDays): CalendarDate[] {
  return Array.from({ length: days + 1 }, (_, index): CalendarDate => addDays(today, index - days));
}
