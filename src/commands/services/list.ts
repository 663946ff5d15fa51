import { Flags } from '@oclif/core';
import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { table } from '../../lib/cli/table.ts';
import { toServiceView, type ServiceView } from '../../lib/services/service-view.ts';

export default class ServicesList extends BaseCommand<readonly ServiceView[]> {
  static override summary = 'List services by name.';
  static override examples = ['<%= config.bin %> services list', '<%= config.bin %> services list --archived --json'];
  static override flags = { archived: Flags.boolean({ summary: 'Archived ones too.' }) };

  protected async execute(): Promise<Outcome<readonly ServiceView[]>> {
    const { flags } = await this.parse(ServicesList);
    return this.withApp(flags, async (app) => {
      const { listServices } = await import('../../lib/services/list-services.ts');
      return { result: (await listServices(app, { archived: flags.archived })).map(toServiceView) };
    });
  }

  protected render(services: readonly ServiceView[]): string {
    if (services.length === 0)
      return 'There are no services. Create one with: notify services create --name "My service"';
    return table(
      services.map(({ id, name, active, restricted }) => ({
        id,
        name,
        mode: !active ? 'archived' : restricted ? 'trial' : 'live',
      })),
    );
  }
}
