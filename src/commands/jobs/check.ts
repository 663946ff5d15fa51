import { basename } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { BaseCommand, type Outcome, type ParsedFlags } from '../../lib/cli/base-command.ts';
import { errorsFlag, shownRowsFlag } from '../../lib/cli/csv-flags.ts';
import { renderCsvReport, warningsOf, type CsvReport } from '../../lib/cli/csv-report.ts';
import { uuidFlag } from '../../lib/cli/flags.ts';
import { answerJsonLines, jsonlDescription, jsonlFlag } from '../../lib/cli/jsonl-command.ts';
import { readContent } from '../../lib/cli/read-content.ts';
import { AppError } from '../../lib/core/errors.ts';
import type { CheckCsvFileInput } from '../../lib/recipients/csv/check-csv-file.ts';
import { mostRows } from '../../lib/recipients/csv/csv-options.ts';
import { templateTypes, type TemplateType } from '../../lib/templates/template.ts';

type Target = Pick<CheckCsvFileInput, 'options' | 'context'>;

type Flagged = ParsedFlags<typeof JobsCheck>;

export default class JobsCheck extends BaseCommand<CsvReport | null> {
  static override summary = 'Check a file of recipients before it is sent; sends nothing.';
  static override description = `FILE is .csv or .tsv, or - for CSV on standard input. It is checked against a stored template, or against
content given here: then no database is needed. --errors names every bad row in a file of its own.
Exit status: 0 the file can be sent, 3 some rows are bad, 1 it cannot be sent.
With --jsonl, each line is one small file: {"csv", "template_type", "content", "subject", "prefix", "guestlist",
"international_sms", "international_letters", "sms_to_uk_landline", "remaining_messages", "remaining_international_sms",
"max_rows"}; csv, template_type and content are required. ${jsonlDescription}`;
  static override examples = [
    '<%= config.bin %> jobs check people.csv --type sms --content "Hi ((name))"',
    '<%= config.bin %> jobs check people.csv --template 018f2f6e-7c1a-7000-8000-000000000000 --json',
    '<%= config.bin %> jobs check --jsonl - < files.jsonl',
  ];
  // Without ignoreStdin, what is piped in would be taken for the name of the file.
  static override args = { file: Args.string({ description: 'file of recipients', ignoreStdin: true }) };
  static override flags = {
    template: uuidFlag({ summary: 'Stored template, with what its service may do.', exclusive: ['content', 'jsonl'] }),
    type: Flags.string({ summary: 'Type of message of --content.', options: templateTypes }),
    content: Flags.string({
      summary: 'Content, @file, or - for standard input.',
      helpValue: 'TEXT',
      dependsOn: ['type'],
    }),
    subject: Flags.string({ summary: 'Subject; for emails and letters.', dependsOn: ['content'] }),
    prefix: Flags.string({ summary: 'Name that stands before text messages.', dependsOn: ['content'] }),
    international: Flags.boolean({ summary: 'Text messages or letters may go abroad.', dependsOn: ['content'] }),
    landlines: Flags.boolean({ summary: 'Text messages may go to UK landlines.', dependsOn: ['content'] }),
    'guest-list': Flags.string({
      summary: 'Only recipient that may be sent to, repeatable.',
      helpValue: 'RECIPIENT',
      multiple: true,
      dependsOn: ['content'],
    }),
    'remaining-messages': Flags.integer({ summary: 'Messages that may still be sent today.', min: 0 }),
    'remaining-international-sms': Flags.integer({ summary: 'Text messages that may still go abroad today.', min: 0 }),
    rows: shownRowsFlag,
    errors: errorsFlag({ exclusive: ['jsonl'] }),
    jsonl: jsonlFlag({ exclusive: ['content'] }),
  };

  protected async execute(): Promise<Outcome<CsvReport | null>> {
    const { args, flags } = await this.parse(JobsCheck);
    if (flags.jsonl !== undefined) {
      if (args.file !== undefined) throw new AppError('USAGE_INVALID', 'FILE and --jsonl exclude each other');
      const { checkCsvLine } = await import('../../lib/cli/jsonl-csv.ts');
      const output = { json: this.jsonEnabled(), notice: (line: string) => this.notice(line) };
      return { result: null, exitCode: await answerJsonLines(flags.jsonl, checkCsvLine, output) };
    }
    const { file } = args;
    if (file === undefined) throw new AppError('USAGE_INVALID', 'Expected FILE or --jsonl', { hint: 'See --help.' });
    return this.checkFile(file, await this.readTarget(flags, file === '-' ? 'standard input' : basename(file)), flags);
  }

  private async checkFile(file: string, target: Target, flags: Flagged): Promise<Outcome<CsvReport>> {
    const { checkCsvFile } = await import('../../lib/recipients/csv/check-csv-file.ts');
    const { openCsvFile } = await import('../../lib/recipients/csv/csv-file.ts');
    const { toCsvReport } = await import('../../lib/cli/jsonl-csv.ts');
    const { withBadRows } = await import('../../lib/cli/bad-rows-file.ts');
    const check = await withBadRows({ path: flags.errors, input: file }, (listing) =>
      checkCsvFile({ ...target, ...listing, open: () => openCsvFile(file), shownRows: flags.rows }),
    );
    for (const warning of warningsOf(check)) this.addWarning(warning);
    const result = toCsvReport(target.context.fileName, check);
    if (check.problem === null) return { result };
    return check.problem.kind === 'row-errors' ? { result, status: 'partial' } : { result, exitCode: 1 };
  }

  /** What the file is checked against. */
  private async readTarget(flags: Flagged, fileName: string): Promise<Target> {
    const remaining = {
      ...(flags['remaining-messages'] !== undefined && { remainingMessages: flags['remaining-messages'] }),
      ...(flags['remaining-international-sms'] !== undefined && {
        remainingInternationalSms: flags['remaining-international-sms'],
      }),
    };
    const { template: templateId } = flags;
    if (templateId !== undefined) {
      return this.withApp(flags, async (app) => {
        const { readFileCheckOptions } = await import('../../lib/jobs/file-check-options.ts');
        const { options, context } = await readFileCheckOptions(app, { templateId, fileName });
        return { options: { ...options, ...remaining }, context };
      });
    }
    if (flags.content === undefined) throw new AppError('USAGE_INVALID', 'Expected --template or --content');
    return {
      options: {
        template: {
          templateType: flags.type as TemplateType,
          content: await readContent(flags.content, '--content'),
          subject: flags.type === 'sms' ? null : (flags.subject ?? ''),
        },
        prefix: flags.prefix ?? null,
        guestList: flags['guest-list'] ?? null,
        internationalSms: flags.international,
        internationalLetters: flags.international,
        landlines: flags.landlines,
        remainingMessages: null,
        remainingInternationalSms: null,
        maxRows: mostRows,
        ...remaining,
      },
      context: { fileName, restricted: false, sentToday: false, dailyLimit: null, dailyInternationalLimit: null },
    };
  }

  protected render(result: CsvReport | null): string | undefined {
    return result === null ? undefined : renderCsvReport(result);
  }
}
