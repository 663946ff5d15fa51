import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { uuidFlag } from '../../lib/cli/flags.ts';
import { organisationArg } from '../../lib/cli/organisation-flags.ts';

interface Result {
  readonly id: string;
  readonly name: string;
  readonly service_id: string;
  /** False: it belonged to it already. */
  readonly linked: boolean;
}

export default class OrganisationsLink extends BaseCommand<Result> {
  static override summary = 'Make a service one of an organisation.';
  static override description = `The service gets the type of the organisation, whether it belongs to the Crown, and the allowance of the type, as a new version. One that belongs to another organisation changes over.
Exit status: 0 done, or so already; 4 one of them is archived; 5 there is no such organisation or service.`;
  static override examples = [
    '<%= config.bin %> organisations link 018f2f6e-7c1a-7000-8000-000000000000 --service 018f2f6e-7c1a-7000-8000-000000000001',
  ];
  static override args = { id: organisationArg };
  static override flags = { service: uuidFlag({ char: 's', summary: 'The service.', required: true }) };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(OrganisationsLink);
    const { service: serviceId } = flags;
    return this.withApp(flags, async (app) => {
      const { linkService } = await import('../../lib/organisations/link-service.ts');
      const { organisation, changed } = await linkService(app, { organisationId: args.id, serviceId });
      return { result: { id: organisation.id, name: organisation.name, service_id: serviceId, linked: changed } };
    });
  }

  protected render({ name, service_id: service, linked }: Result): string {
    return linked ? `Service ${service} belongs to '${name}'.` : `Service ${service} belonged to '${name}' already.`;
  }
}
