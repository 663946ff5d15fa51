import { BaseCommand, type Outcome } from '../lib/cli/base-command.ts';
import { uuidArg } from '../lib/cli/flags.ts';
import { facts } from '../lib/cli/table.ts';

interface Result {
  readonly id: string;
  readonly type: string;
  /** What tells it from others; its fields depend on the type. */
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
  readonly command: string | null;
}

export default class Find extends BaseCommand<Result> {
  static override summary = 'Say what an id is the id of.';
  static override description =
    'A service, template, notification, API key, user, sender, inbound number, received text, document, provider …; with what tells it from others, and the command that shows more. Exits 5 when nothing has the id.';
  static override examples = ['<%= config.bin %> find 018f2f6e-7c1a-7000-8000-000000000000'];
  static override args = { id: uuidArg({ description: 'id of the thing in question', required: true }) };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(Find);
    return this.withApp(flags, async (app) => {
      const { findById } = await import('../lib/find/find-by-id.ts');
      const found = await findById(app, args.id);
      const shown = Object.entries(found.facts).map(([name, value]) => [
        name,
        value instanceof Date ? value.toISOString() : value,
      ]);
      return { result: { ...found, facts: Object.fromEntries(shown) as Result['facts'] } };
    });
  }

  protected render({ id, type, facts: known, command }: Result): string {
    const lines = Object.entries(known).map(([name, value]) => [name.replaceAll('_', ' '), value] as const);
    return facts({ id, type, ...Object.fromEntries(lines), more: command ?? undefined });
  }
}
