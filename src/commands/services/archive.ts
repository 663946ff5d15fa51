import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dryRunFlag, uuidArg, yesFlag } from '../../lib/cli/flags.ts';
import { facts } from '../../lib/cli/table.ts';
import { toServiceView, type ServiceView } from '../../lib/services/service-view.ts';

interface Named {
  readonly id: string;
  readonly name: string;
}

interface Result extends ServiceView {
  readonly already_archived: boolean;
  /** The keys that were (with --dry-run: would be) revoked. */
  readonly revoked_api_keys: readonly Named[];
  readonly archived_templates: readonly Named[];
  readonly dry_run: boolean;
}

export default class ServicesArchive extends BaseCommand<Result> {
  static override summary = 'Archive a service for good.';
  static override description = `It sends nothing any more: its API keys are revoked and its templates archived. Its name is free again. There is no way back.
--dry-run lists the keys and templates. Archiving it again changes nothing and exits 0.`;
  static override examples = [
    '<%= config.bin %> services archive 018f2f6e-7c1a-7000-8000-000000000000 --dry-run',
    '<%= config.bin %> services archive 018f2f6e-7c1a-7000-8000-000000000000 --yes',
  ];
  static override args = { id: uuidArg({ description: 'id of the service', required: true }) };
  static override flags = { 'dry-run': dryRunFlag, yes: yesFlag };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(ServicesArchive);
    const dryRun = Boolean(flags['dry-run']);
    if (!dryRun) await this.confirm(`Archive the service ${args.id} for good?`, flags);
    return this.withApp(flags, async (app) => {
      const [{ archiveService }, { serviceBelongings }] = await Promise.all([
        import('../../lib/services/archive-service.ts'),
        import('../../lib/service-belongings.ts'),
      ]);
      const { service, alreadyArchived, retired } = await archiveService(app, {
        serviceId: args.id,
        belongings: serviceBelongings,
        dryRun,
      });
      return {
        status: dryRun ? 'planned' : 'ok',
        result: {
          ...toServiceView(service),
          already_archived: alreadyArchived,
          revoked_api_keys: retired.apiKeys.map(toNamed),
          archived_templates: retired.templates.map(toNamed),
          dry_run: dryRun,
        },
      };
    });
  }

  protected render(result: Result): string {
    const { name, already_archived, dry_run } = result;
    if (already_archived) return `'${name}' was archived already.`;
    const heading = dry_run ? `Would archive '${name}':` : `Archived; its name is now '${name}':`;
    return `${heading}\n${facts({
      'api keys': namesOf(result.revoked_api_keys),
      templates: namesOf(result.archived_templates),
    })}`;
  }
}

function toNamed({ id, name }: Named): Named {
  return { id, name };
}

function namesOf(things: readonly Named[]): string | null {
  return things.map(({ name }) => name).join(', ') || null;
}
