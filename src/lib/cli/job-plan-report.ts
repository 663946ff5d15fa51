import { counted } from '../core/counted.ts';
import type { JobPlan } from '../jobs/plan-job.ts';
import type { TemplateType } from '../templates/template.ts';
import { facts } from './table.ts';

/** What a command would send, or sent. */
export interface PlanReport {
  readonly file: string;
  readonly service: { readonly id: string; readonly name: string };
  readonly template: {
    readonly id: string;
    readonly name: string;
    readonly version: number;
    readonly type: TemplateType;
  };
  readonly row_count: number;
  /** Text messages to numbers abroad. */
  readonly international_sms_count: number;
  readonly daily_limit: number | null;
  /** What is left of it for today, before this file. */
  readonly remaining: number | null;
  readonly scheduled_for: string | null;
  readonly contact_list_id: string | null;
  readonly sender_id: string | null;
}

export function toPlanReport(plan: JobPlan): PlanReport {
  const { service, template, file, check } = plan;
  return {
    file: file.name,
    service: { id: service.id, name: service.name },
    template: { id: template.id, name: template.name, version: template.version, type: template.templateType },
    row_count: check.summary?.rowCount ?? 0,
    international_sms_count: check.summary?.internationalSmsCount ?? 0,
    daily_limit: plan.dailyLimit,
    remaining: plan.remaining,
    scheduled_for: plan.scheduledFor?.toISOString() ?? null,
    contact_list_id: file.contactListId,
    sender_id: plan.senderId,
  };
}

/** The plan for people. */
export function renderPlan(plan: PlanReport): string {
  const { template, service, daily_limit: limit, remaining } = plan;
  return facts({
    file: plan.file,
    rows: countOf(plan.row_count),
    template: `${template.name} (${template.type}, version ${template.version})`,
    service: service.name,
    'contact list': plan.contact_list_id ?? undefined,
    sender: plan.sender_id ?? undefined,
    abroad: plan.international_sms_count === 0 ? undefined : countOf(plan.international_sms_count),
    allowance:
      limit === null || remaining === null ? undefined : `${countOf(remaining)} of ${countOf(limit)} are left today`,
    when: plan.scheduled_for ?? 'now',
  });
}

const nouns: Readonly<Record<TemplateType, string>> = { sms: 'text message', email: 'email', letter: 'letter' };

/** `1 text message`, `2,000 emails`. */
export function messagesOf(count: number, type: TemplateType): string {
  return counted(count, nouns[type]);
}

function countOf(number: number): string {
  return number.toLocaleString('en-GB');
}
