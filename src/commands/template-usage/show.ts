import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidFlag } from '../../lib/cli/flags.ts';
import { table } from '../../lib/cli/table.ts';
import type { CalendarDate } from '../../lib/core/london-time.ts';

interface Result {
  readonly service_id: string;
  readonly days: readonly {
    readonly day: CalendarDate;
    readonly source: 'redis' | 'database';
    readonly templates: Readonly<Record<string, number>>;
  }[];
  readonly templates: readonly { readonly template_id: string; readonly name: string; readonly count: number }[];
}

export default class TemplateUsageShow extends BaseCommand<Result> {
  static override summary = 'How often the templates of a service were used, by day.';
  static override description =
    'Today and whole days in London before it, from Redis; a day that Redis does not hold is counted in the tables, and held from then on.';
  static override examples = [
    '<%= config.bin %> template-usage show --service 018f2f6e-7c1a-7000-8000-000000000000',
    '<%= config.bin %> template-usage show --service 018f2f6e-7c1a-7000-8000-000000000000 --days 0 --json',
  ];
  static override flags = {
    service: uuidFlag({ char: 's', summary: 'The service.', required: true }),
    days: Flags.integer({ summary: 'Whole days before today.', min: 0, max: 7, default: 7 }),
  };

  protected async execute(): Promise<Outcome<Result>> {
    const { flags } = await this.parse(TemplateUsageShow);
    return this.withApp(flags, async (app) => {
      const { listTemplates } = await import('../../lib/templates/show-template.ts');
      const { showTemplateUsage } = await import('../../lib/usage/show-template-usage.ts');
      const { createTemplateUsageHashes } = await import('../../lib/usage/template-usage-hashes.ts');
      const hashes = app.redis === null ? null : createTemplateUsageHashes(app.redis.required);
      const days = await showTemplateUsage(
        { db: app.db, ids: app.ids, clock: app.clock, hashes },
        { serviceId: flags.service, days: flags.days },
      );
      const templates = await listTemplates(app, { serviceId: flags.service, archived: true });
      const names = new Map(templates.map(({ id, name }) => [id, name]));
      const totals = new Map<string, number>();
      for (const { usage } of days) for (const [id, count] of usage) totals.set(id, (totals.get(id) ?? 0) + count);
      return {
        result: {
          service_id: flags.service,
          days: days.map(({ day, source, usage }) => ({ day, source, templates: Object.fromEntries(usage) })),
          templates: [...totals]
            .map(([id, count]) => ({ template_id: id, name: names.get(id) ?? '', count }))
            .sort((a, b) => b.count - a.count || a.name.localeCompare(b.name)),
        },
      };
    });
  }

  protected render({ days, templates }: Result): string {
    const byDay = days.map(({ day, source, templates: counts }) => ({
      day,
      messages: Object.values(counts).reduce((sum, count) => sum + count, 0),
      from: source,
    }));
    const used = templates.map(({ template_id, name, count }) => ({ template: template_id, name, messages: count }));
    return used.length === 0 ? table(byDay) : `${table(byDay)}\n\n${table(used)}`;
  }
}
