/** Facts of billing as a run could have left them. */
import type { App } from '../../src/lib/app.ts';
import type { CalendarDate } from '../../src/lib/core/london-time.ts';
import type { Template } from '../../src/lib/templates/template.ts';

type Deps = Pick<App, 'db' | 'clock'>;

export interface BillingFact {
  readonly day: CalendarDate;
  /** One of each letter and text, unless something else is said. */
  readonly units?: number;
  readonly messages?: number;
  readonly rate?: number;
  readonly multiplier?: number;
  readonly provider?: string;
  readonly postage?: string;
}

/** Writes what the facts of a day say of a template. */
export async function insertBillingFact(
  { db, clock }: Deps,
  { id, serviceId, templateType: type }: Pick<Template, 'id' | 'serviceId' | 'templateType'>,
  fact: BillingFact,
): Promise<void> {
  const { day, messages = 1, rate = 0, multiplier = type === 'email' ? 0 : 1, postage = 'none' } = fact;
  const provider = fact.provider ?? { sms: 'mmg', email: 'ses', letter: 'dvla' }[type];
  const units = fact.units ?? (type === 'email' ? 0 : messages);
  await db.query({
    text: `INSERT INTO ft_billing (bst_date, template_id, service_id, notification_type, provider, rate_multiplier,
        international, rate, postage, billable_units, notifications_sent, created_at)
      VALUES ($1::date, $2, $3, $4, $5, $6, false, $7, $8, $9, $10, $11)`,
    values: [day, id, serviceId, type, provider, multiplier, rate, postage, units, messages, clock.now()],
  });
}
