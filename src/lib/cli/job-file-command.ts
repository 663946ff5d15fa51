import { basename } from 'node:path';
import { Flags } from '@oclif/core';
import type { App } from '../app.ts';
import { AppError } from '../core/errors.ts';
import type { JobFile } from '../jobs/job-file.ts';
import type { Job } from '../jobs/job.ts';
import type { JobPlan } from '../jobs/plan-job.ts';
import { systemUserId } from '../users/user.ts';
import { BaseCommand, type ParsedFlags } from './base-command.ts';
import { errorsFlag, shownRowsFlag } from './csv-flags.ts';
import { renderCsvReport, warningsOf } from './csv-report.ts';
import { dryRunFlag, uuidFlag, yesFlag } from './flags.ts';
import { messagesOf, renderPlan, toPlanReport } from './job-plan-report.ts';
import { dateTimeFlag } from './time-flags.ts';

/** Flags of commands that make a job of a file. */
export const jobFileFlags = {
  service: uuidFlag({ char: 's', summary: 'Service that sends.' }),
  template: uuidFlag({ char: 't', summary: 'Template that is sent, in its present version.' }),
  at: dateTimeFlag({ summary: 'Send it then, within 7 days; without a zone, UTC.' }),
  'contact-list': uuidFlag({ summary: 'Send to this contact list instead of FILE.' }),
  sender: uuidFlag({ summary: 'Text message sender or reply-to address instead of the default one.' }),
  name: Flags.string({ summary: 'Name under which the file is kept, instead of its own.', helpValue: 'NAME' }),
  'created-by': uuidFlag({ summary: 'User who sends; without it, the system user.' }),
  rows: shownRowsFlag,
  errors: errorsFlag(),
  'dry-run': dryRunFlag,
  yes: yesFlag,
};

type Flagged = ParsedFlags<{ flags: typeof jobFileFlags }>;

/** What is to be sent, of which service, with which template. */
export interface JobTarget {
  /** FILE, when that is what is sent. */
  readonly path: string | null;
  readonly serviceId: string;
  readonly templateId: string;
  readonly file: JobFile;
}

/** `jobs process` and `jobs create`: check, show, ask, upload, create. */
export abstract class JobFileCommand<Result> extends BaseCommand<Result> {
  /** @throws AppError USAGE_INVALID naming what is missing or too much */
  protected readTarget(flags: Flagged, file: string | undefined): JobTarget {
    const { service: serviceId, template: templateId } = flags;
    if (serviceId === undefined) throw new AppError('USAGE_INVALID', 'Expected --service');
    if (templateId === undefined) throw new AppError('USAGE_INVALID', 'Expected --template');
    return { path: file ?? null, serviceId, templateId, file: this.readFile(flags, file) };
  }

  private readFile({ 'contact-list': contactListId, name }: Flagged, path: string | undefined): JobFile {
    if (contactListId !== undefined) {
      if (path !== undefined) throw new AppError('USAGE_INVALID', 'FILE and --contact-list exclude each other');
      return { from: 'contact-list', contactListId, name: name ?? null };
    }
    if (path === undefined) throw new AppError('USAGE_INVALID', 'Expected FILE or --contact-list');
    if (path === '-' && name === undefined) {
      throw new AppError('USAGE_INVALID', 'Expected --name: standard input has none');
    }
    const open = async () => {
      const { loadCsvFile } = await import('../recipients/csv/csv-file.ts');
      return loadCsvFile(path);
    };
    return { from: 'file', name: name ?? basename(path), open };
  }

  /**
   * Checks a file. One that cannot be sent is reported as by `jobs check`; a quote that nothing closes is a reason, too.
   *
   * @throws AppError REFUSED for a file that cannot be sent, with `details.report`
   */
  protected async plan(app: App, flags: Flagged, { path, ...target }: JobTarget): Promise<JobPlan> {
    const { planJob } = await import('../jobs/plan-job.ts');
    const { withBadRows } = await import('./bad-rows-file.ts');
    const plan = await withBadRows({ path: flags.errors, input: path }, (listing) =>
      planJob(app, {
        ...target,
        ...listing,
        createdById: flags['created-by'] ?? systemUserId,
        senderId: flags.sender ?? null,
        scheduledFor: flags.at ?? null,
        shownRows: flags.rows,
      }),
    );
    const [oddity] = warningsOf(plan.check);
    if (plan.check.problem !== null || oddity !== undefined) await this.refuse(plan, flags, oddity);
    return plan;
  }

  /** What the original sends, rows in one cell (jobs sheet §9), is refused as well. */
  private async refuse({ check, file }: JobPlan, { errors }: Flagged, oddity: string | undefined): Promise<never> {
    const { toCsvReport } = await import('./jsonl-csv.ts');
    const report = toCsvReport(file.name, check);
    if (!this.jsonEnabled() && check.problem !== null) process.stdout.write(`${renderCsvReport(report)}\n`);
    const listing = errors === undefined ? '--errors FILE names every bad row.' : `'${errors}' names every bad row.`;
    throw new AppError('REFUSED', `'${file.name}' was not sent: ${oddity ?? check.problem!.title}`, {
      ...(check.problem?.kind === 'row-errors' && { hint: listing }),
      details: { report },
    });
  }

  /** Shows a plan to whoever is to confirm it, asks, and makes the job. @throws AppError CONFIRMATION_NEEDED */
  protected async create(app: App, flags: Flagged, plan: JobPlan): Promise<Job> {
    const report = toPlanReport(plan);
    if (!flags.yes && !this.jsonEnabled()) this.notice(renderPlan(report));
    const messages = messagesOf(report.row_count, report.template.type);
    await this.confirm(report.scheduled_for === null ? `Send ${messages}?` : `Schedule ${messages}?`, flags);
    const { createPlannedJob } = await import('../jobs/create-planned-job.ts');
    return createPlannedJob(app, plan);
  }
}
