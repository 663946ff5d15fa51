import { BaseCommand, type Outcome } from '../../lib/cli/base-command.ts';
import { dryRunFlag, uuidArg, yesFlag } from '../../lib/cli/flags.ts';
import { toTemplateView, type TemplateView } from '../../lib/templates/template-view.ts';

interface Result extends TemplateView {
  readonly already_archived: boolean;
  readonly dry_run: boolean;
}

export default class TemplatesArchive extends BaseCommand<Result> {
  static override summary = 'Archive a template for good.';
  static override description =
    'Nothing can be sent with it any more; it is still shown by its id. Archiving it again changes nothing and exits 0.';
  static override examples = ['<%= config.bin %> templates archive 018f2f6e-7c1a-7000-8000-000000000000 --yes'];
  static override args = { id: uuidArg({ description: 'id of the template', required: true }) };
  static override flags = { 'dry-run': dryRunFlag, yes: yesFlag };

  protected async execute(): Promise<Outcome<Result>> {
    const { args, flags } = await this.parse(TemplatesArchive);
    const dryRun = Boolean(flags['dry-run']);
    if (!dryRun) await this.confirm(`Archive the template ${args.id} for good?`, flags);
    return this.withApp(flags, async (app) => {
      const { archiveTemplate } = await import('../../lib/templates/archive-template.ts');
      const { template, alreadyArchived } = await archiveTemplate(app, { templateId: args.id, dryRun });
      return {
        status: dryRun ? 'planned' : 'ok',
        result: { ...toTemplateView(template), already_archived: alreadyArchived, dry_run: dryRun },
      };
    });
  }

  protected render({ name, already_archived, dry_run }: Result): string {
    if (already_archived) return `'${name}' was archived already.`;
    return dry_run ? `Would archive '${name}'.` : `Archived '${name}'.`;
  }
}
