/** What runs counted for billing, for tests. */
import type { App } from '../../src/lib/app.ts';

type Deps = Pick<App, 'db'>;

/** No messages, and nothing counted. Rates stay. */
export async function clearBilling({ db }: Deps): Promise<void> {
  await db.query(`TRUNCATE notifications, notification_history, notifications_letter_despatch, ft_billing, ft_billing_runs,
    ft_billing_letter_despatch`);
}

/** The facts as `day type provider ×multiplier [abroad] rate postage: messages, units`, sorted. */
export async function storedBilling({ db }: Deps): Promise<string[]> {
  const { rows } = await db.query<{ fact: string }>(`
    SELECT concat_ws(' ', bst_date, notification_type, provider, '×' || rate_multiplier,
      CASE WHEN international THEN 'abroad' END, rate::float, postage || ':', notifications_sent || ',', billable_units) AS fact
    FROM ft_billing ORDER BY 1`);
  return rows.map(({ fact }) => fact);
}
